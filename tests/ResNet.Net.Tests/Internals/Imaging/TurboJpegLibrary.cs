using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Imaging.Interop;

namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>libturbojpeg, for the tests that need it.</summary>
internal static class TurboJpegLibrary
{
    private static readonly TurboJpegApi? LoadedApi = TurboJpegApi.Load();

    public static TurboJpegApi Api => LoadedApi ?? throw new InvalidOperationException(IsMissing);

    /// <summary>Why tests that need it are skipped; null where it is present.</summary>
    public static string? IsMissing => LoadedApi is null
        ? "needs libturbojpeg, which is not on this machine or is turned off by RESNET_NET_LIBTURBOJPEG (Debian: apt-get install libturbojpeg0)"
        : null;

    public static TurboJpegDecoder CreateDecoder() => new(Api, new VipsDecoder());
}
