namespace ResNet.Net;

/// <summary>
/// Decodes encoded images to 8-bit pixels. Implementations are thread-safe, keep no reference to the memory they are given, and throw
/// <see cref="ImageDecodeException"/> for every image they cannot decode.
/// </summary>
/// <remarks>
/// A decoder only decodes: the library has already checked the size of the file, judges the limits in <see cref="ImageDecodeRequest.Accept"/>, and afterwards
/// turns the image upright and flattens its alpha channel.
/// </remarks>
public interface IImageDecoder
{
    /// <summary>Gets the names of the formats that the decoder reads, such as <c>JPEG</c>, for error messages.</summary>
    IReadOnlyList<string> Formats { get; }

    /// <summary>Returns whether the decoder reads the format of an image, judged by its first bytes alone.</summary>
    /// <param name="encoded">The encoded image; may be damaged, short or empty.</param>
    /// <returns><see langword="true"/> if <see cref="Decode"/> should be called.</returns>
    bool CanDecode(ReadOnlySpan<byte> encoded);

    /// <summary>
    /// Decodes an image (of an animation its first frame): reads the header, passes it to <see cref="ImageDecodeRequest.Accept"/>, then writes all pixels to the
    /// memory that <see cref="ImageDecodeRequest.GetPixels"/> returns.
    /// </summary>
    /// <param name="encoded">The encoded image; valid during the call only.</param>
    /// <param name="request">The options, and the memory for the pixels.</param>
    /// <exception cref="ImageDecodeException">The image cannot be decoded or exceeds a limit.</exception>
    void Decode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request);
}
