using ResNet.Net.Internals.Imaging;
using SkiaSharp;

namespace ResNet.Net;

/// <summary>Decodes JPEG, PNG, WebP, GIF (first frame), BMP and ICO with SkiaSharp. The default decoder.</summary>
public sealed unsafe class SkiaSharpDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Formats { get; } = ["JPEG", "PNG", "WebP", "GIF", "BMP", "ICO"];

    /// <inheritdoc/>
    public bool CanDecode(ReadOnlySpan<byte> encoded) => ImageFormatDetector.Detect(encoded) is not (ImageFormat.Unknown or ImageFormat.Tiff);

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string format = ImageFormatDetector.Detect(encoded).Name();
        fixed (byte* memory = encoded)
        {
            using SKData data = SKData.Create((nint)memory, encoded.Length);
            using SKCodec codec = SKCodec.Create(data) ?? throw new ImageDecodeException(ImageDecodeFailure.Corrupt, $"the {format} image is damaged. Save it again from its source.");
            SKImageInfo info = codec.Info;
            _ = request.Accept(new ImageHeader(format, info.Width, info.Height, (int)codec.EncodedOrigin));
            bool isOpaque = info.AlphaType == SKAlphaType.Opaque;
            SKImageInfo target = new(info.Width, info.Height, SKColorType.Rgba8888, isOpaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
            Span<byte> pixels = request.GetPixels(info.Width, info.Height, isOpaque ? PixelFormat.Rgbx32 : PixelFormat.Rgba32);
            fixed (byte* first = pixels)
            {
                SKCodecResult result = codec.GetPixels(target, (nint)first);
                if (result != SKCodecResult.Success)
                {
                    throw new ImageDecodeException(
                        result == SKCodecResult.IncompleteInput ? ImageDecodeFailure.Truncated : ImageDecodeFailure.Corrupt, $"the {format} image is damaged ({result}). Save it again from its source.");
                }
            }
        }
    }
}
