namespace ResNet.Net;

/// <summary>
/// Decodes encoded images to 8-bit pixels. Implementations are thread-safe, keep no reference to the memory they are given, and throw
/// <see cref="ImageDecodeException"/> for every image they cannot decode.
/// </summary>
/// <remarks>
/// A decoder only decodes. The library checks the size of the file before, applies the other limits in
/// <see cref="ImageDecodeRequest.Accept"/>, and turns the image upright and flattens its alpha channel afterwards.
/// </remarks>
public interface IImageDecoder
{
    /// <summary>Gets the names of the formats that the decoder reads, such as <c>JPEG</c>, for error messages.</summary>
    IReadOnlyList<string> Formats { get; }

    /// <summary>
    /// Decodes an image, or the first frame of an animation: reads the header, passes it to <see cref="ImageDecodeRequest.Accept"/>, then
    /// writes all pixels to the memory that <see cref="ImageDecodeRequest.GetPixels"/> returns.
    /// </summary>
    /// <param name="encoded">The encoded image, which may be damaged, short or empty; valid during the call only.</param>
    /// <param name="request">The options, and the memory for the pixels.</param>
    /// <returns>
    /// <see langword="true"/> if the image was decoded; <see langword="false"/> if its first bytes do not belong to a format that the
    /// decoder reads. In that case, <paramref name="request"/> was not used, so that another decoder can try.
    /// </returns>
    /// <exception cref="ImageDecodeException">The format is supported, but the image cannot be decoded or exceeds a limit.</exception>
    bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request);
}
