namespace ResNet.Net.Internals.Imaging;

/// <summary>Everything that decodes stands behind this. Implementations are thread-safe.</summary>
internal interface IImageDecoder
{
    /// <param name="encoded">A whole picture file.</param>
    /// <param name="options">Limits and background.</param>
    /// <param name="autoOrient">Whether to apply the EXIF orientation.</param>
    /// <param name="shrinkFor">How the picture will be resampled; given, a JPEG picture may come at 1/2, 1/4 or 1/8 of its size (<see cref="JpegShrink"/>). Null: as it is.</param>
    /// <returns>Packed RGB; the caller disposes it.</returns>
    /// <exception cref="ImageDecodeException">The picture is not accepted.</exception>
    DecodedImage Decode(ReadOnlySpan<byte> encoded, ImageDecodingOptions options, bool autoOrient, ResizeRule? shrinkFor = null);
}
