using System.Runtime.InteropServices;

namespace ResNet.Net;

/// <summary>
/// The part of the TurboJPEG 2.x API that decoding needs; libraries of 3.x have it too. Functions return 0, or -1 for any error or warning.
/// </summary>
internal sealed unsafe class LibJpegTurbo
{
    /// <summary>TJPF_RGB: three bytes per pixel; gray images are expanded to three equal ones.</summary>
    public const int Rgb = 0;

    /// <summary>TJFLAG_ACCURATEDCT: the transform that libjpeg uses by default.</summary>
    public const int AccurateDct = 4096;

    /// <summary>TJFLAG_STOPONWARNING.</summary>
    public const int StopOnWarning = 8192;

    private LibJpegTurbo(nint library)
    {
        InitDecompress = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "tjInitDecompress");
        DecompressHeader = (delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int>)NativeLibrary.GetExport(library, "tjDecompressHeader3");
        Decompress = (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)NativeLibrary.GetExport(library, "tjDecompress2");
        Destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "tjDestroy");
    }

    /// <summary>Handle, file, its length; width, height, subsampling, color space.</summary>
    public delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int> DecompressHeader { get; }

    /// <summary>
    /// Handle, file, its length; memory, width, bytes per row, height; pixel format, flags. Scales down until the image fits.
    /// </summary>
    public delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> Decompress { get; }

    private delegate* unmanaged<nint> InitDecompress { get; }

    private delegate* unmanaged<nint, int> Destroy { get; }

    // The system's search path first, then the folders of Homebrew and of libjpeg-turbo's own installers.
    private static string[] UsualNames => OperatingSystem.IsWindows()
        ? ["turbojpeg.dll", "libturbojpeg.dll", @"C:\libjpeg-turbo64\bin\turbojpeg.dll"]
        : OperatingSystem.IsMacOS()
            ? ["libturbojpeg.0.dylib", "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.0.dylib", "/usr/local/opt/jpeg-turbo/lib/libturbojpeg.0.dylib", "/opt/libjpeg-turbo/lib64/libturbojpeg.0.dylib"]
            : ["libturbojpeg.so.0", "/opt/libjpeg-turbo/lib64/libturbojpeg.so.0"];

    /// <exception cref="ResNetException">The library is missing or too old.</exception>
    public static LibJpegTurbo Load(string? path)
    {
        string[] names = path is null ? UsualNames : [path];
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                try
                {
                    return new LibJpegTurbo(library);
                }
                catch (EntryPointNotFoundException exception)
                {
                    throw new ResNetException($"'{name}' is not libturbojpeg 2.0 or newer: {exception.Message}", exception);
                }
            }
        }

        throw new ResNetException(
            $"libturbojpeg cannot be loaded; tried {string.Join(", ", names)}. Install it (Debian, Ubuntu: apt-get install libturbojpeg0; macOS: brew install jpeg-turbo), pass its path to "
            + "LibJpegTurboDecoder, or use SkiaSharpDecoder, which needs no library of the system.");
    }

    /// <summary>A decompressor, for one thread and one image.</summary>
    public sealed class Decompressor(LibJpegTurbo library) : SafeHandle(library.InitDecompress(), ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => library.Destroy(handle) == 0;
    }
}
