namespace ResNet.Net.Tool.Search;

/// <summary>
/// The format of an index file. Numbers are little-endian; strings are as <see cref="BinaryWriter"/> writes them
/// (7-bit encoded length in bytes, then UTF-8).
/// <code>
/// 8 bytes   "RNSEARCH"
/// int32     version, 1
/// int64     number of images
/// int32     features per image
/// string    the model and the preprocessing, as JSON
/// for each image:
///   string    its full path
///   float32   its features, as a vector of length 1
/// </code>
/// </summary>
internal static class FeatureIndexFormat
{
    public const int Version = 1;

    /// <summary>The offset of the number of images.</summary>
    public const int CountOffset = 12;

    public static ReadOnlySpan<byte> Magic => "RNSEARCH"u8;
}
