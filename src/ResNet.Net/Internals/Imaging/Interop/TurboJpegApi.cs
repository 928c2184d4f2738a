using System.Runtime.InteropServices;
using ResNet.Net.Internals.Native;

namespace ResNet.Net.Internals.Imaging.Interop;

/// <summary>The part of the TurboJPEG 2.x API that decoding needs, as function pointers; libraries of 3.x have it too. Functions return 0, or -1 for any error or warning.</summary>
internal sealed unsafe class TurboJpegApi
{
    /// <summary>TJPF_RGB: three bytes a pixel; grey pictures are spread to three equal ones.</summary>
    public const int Rgb = 0;

    /// <summary>TJFLAG_ACCURATEDCT: the transform that libjpeg uses unless it is told otherwise.</summary>
    public const int AccurateDct = 4096;

    /// <summary>TJFLAG_STOPONWARNING.</summary>
    public const int StopOnWarning = 8192;

    private TurboJpegApi(nint library, string path)
    {
        LibraryPath = path;
        InitDecompress = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "tjInitDecompress");
        DecompressHeader = (delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int>)NativeLibrary.GetExport(library, "tjDecompressHeader3");
        Decompress = (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)NativeLibrary.GetExport(library, "tjDecompress2");
        Destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "tjDestroy");
    }

    public string LibraryPath { get; }

    public delegate* unmanaged<nint> InitDecompress { get; }

    /// <summary>Handle, file, its length; width, height, subsampling, colour space.</summary>
    public delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int> DecompressHeader { get; }

    /// <summary>Handle, file, its length; memory, width, bytes a row, height; pixel format, flags. Scales down until the picture fits.</summary>
    public delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> Decompress { get; }

    public delegate* unmanaged<nint, int> Destroy { get; }

    /// <summary>Loads libturbojpeg; null where it is not found or is turned off.</summary>
    /// <exception cref="NativeLibraryException">The environment variable names a library that does not load.</exception>
    public static TurboJpegApi? Load() => NativeLibraryLocator.LoadIfPresent(NativeLibraryDescription.TurboJpeg) is var (library, path) ? new TurboJpegApi(library, path) : null;
}
