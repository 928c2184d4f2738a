using ResNet.Net.Internals.Imaging.Interop;

namespace ResNet.Net.Internals.Imaging;

/// <summary>Chooses the decoder: libturbojpeg before libvips where it is on the machine, else libvips alone.</summary>
internal static class ImageDecoders
{
    private static readonly Lazy<IImageDecoder> LazyShared = new(Create, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>The decoder of this process, chosen on first use.</summary>
    /// <exception cref="NativeLibraryException">An environment variable names a library that does not load.</exception>
    public static IImageDecoder Shared => LazyShared.Value;

    public static IImageDecoder Create()
    {
        VipsDecoder vips = new();
        return TurboJpegApi.Load() is TurboJpegApi api ? new TurboJpegDecoder(api, vips) : vips;
    }
}
