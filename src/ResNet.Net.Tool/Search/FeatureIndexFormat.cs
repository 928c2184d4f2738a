namespace ResNet.Net.Samples.Search;

/// <summary>
/// An index file, all numbers little-endian, strings as <see cref="BinaryWriter"/> writes them (length in bytes, seven bits a byte, then UTF-8):
/// <code>
/// 8 bytes   "RNSEARCH"
/// int32     version, 1
/// int64     pictures
/// int32     features a picture
/// string    the model and how pictures are prepared for it, as JSON
/// for each picture:
///   string    its full path
///   float32   as many features, of length 1 together
/// </code>
/// </summary>
internal static class FeatureIndexFormat
{
    public const int Version = 1;

    /// <summary>Where the number of pictures stands.</summary>
    public const int CountOffset = 12;

    public static ReadOnlySpan<byte> Magic => "RNSEARCH"u8;
}
