namespace ResNet.Net;

/// <summary>Describes the archive of test inputs and outputs that the zoo publishes with a model.</summary>
/// <param name="FileName">The name of the archive.</param>
/// <param name="Bytes">The size of the archive in bytes.</param>
/// <param name="Sha256">The SHA-256 of the archive, in lowercase hexadecimal.</param>
public sealed record VariantTestData(string FileName, long Bytes, string Sha256);
