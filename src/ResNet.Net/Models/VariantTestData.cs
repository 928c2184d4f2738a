namespace ResNet.Net;

/// <summary>The archive of test inputs and outputs that the zoo publishes beside a model.</summary>
/// <param name="FileName">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its SHA-256, lower-case hexadecimal.</param>
public sealed record VariantTestData(string FileName, long Bytes, string Sha256);
