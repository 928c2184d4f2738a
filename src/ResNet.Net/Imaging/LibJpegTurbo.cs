using System.Runtime.InteropServices;

namespace ResNet.Net;

/// <summary>
/// Binds the part of the TurboJPEG 2.x API that decoding needs; version 3.x has it as well. Functions return 0, or -1 for any error or
/// warning.
/// </summary>
internal sealed unsafe class LibJpegTurbo
{
    /// <summary>TJPF_RGB: three bytes per pixel; grayscale images are expanded to three equal bytes.</summary>
    public const int Rgb = 0;

    /// <summary>TJFLAG_ACCURATEDCT: the transform that libjpeg uses by default.</summary>
    public const int AccurateDct = 4096;

    /// <summary>TJFLAG_STOPONWARNING: decoding fails at the first warning.</summary>
    public const int StopOnWarning = 8192;

    private LibJpegTurbo(nint library)
    {
        InitDecompress = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "tjInitDecompress");
        DecompressHeader = (delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int>)
            NativeLibrary.GetExport(library, "tjDecompressHeader3");
        Decompress = (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)
            NativeLibrary.GetExport(library, "tjDecompress2");
        Destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "tjDestroy");
    }

    /// <summary>
    /// Gets tjDecompressHeader3. Parameters: handle, file, length; then width, height, subsampling and color space, all output.
    /// </summary>
    public delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int> DecompressHeader { get; }

    /// <summary>
    /// Gets tjDecompress2. Parameters: handle, file, length; memory, width, bytes per row, height; pixel format, flags. Scales the image
    /// down to fit the size.
    /// </summary>
    public delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> Decompress { get; }

    private delegate* unmanaged<nint> InitDecompress { get; }

    private delegate* unmanaged<nint, int> Destroy { get; }

    // The system's search path, then the folders of Homebrew and of the libjpeg-turbo installers.
    private static string[] DefaultNames => OperatingSystem.IsWindows()
        ? ["turbojpeg.dll", "libturbojpeg.dll", @"C:\libjpeg-turbo64\bin\turbojpeg.dll"]
        : OperatingSystem.IsMacOS()
            ?
            [
                "libturbojpeg.0.dylib",
                "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.0.dylib",
                "/usr/local/opt/jpeg-turbo/lib/libturbojpeg.0.dylib",
                "/opt/libjpeg-turbo/lib64/libturbojpeg.0.dylib",
            ]
            : ["libturbojpeg.so.0", "/opt/libjpeg-turbo/lib64/libturbojpeg.so.0"];

    /// <summary>Loads the library.</summary>
    /// <param name="path">The path of the library; <see langword="null"/> to try the default names.</param>
    /// <exception cref="ResNetException">The library is missing or too old.</exception>
    public static LibJpegTurbo Load(string? path)
    {
        string[] names = path is null ? DefaultNames : [path];
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
            $"libturbojpeg cannot be loaded; tried {string.Join(", ", names)}. Install it (Debian, Ubuntu: apt-get install libturbojpeg0; "
            + "macOS: brew install jpeg-turbo), pass its path to LibJpegTurboDecoder, or use SkiaSharpDecoder, "
            + "which needs no system library.");
    }

    /// <summary>Represents a decompressor for a single image. Not thread-safe.</summary>
    public sealed class Decompressor(LibJpegTurbo library) : SafeHandle(library.InitDecompress(), ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => library.Destroy(handle) == 0;
    }
}
