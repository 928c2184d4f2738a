using System.Runtime.InteropServices;
using ResNet.Net.Internals.Imaging.Interop;

namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>libvips' own account of its memory; of the whole process.</summary>
internal static unsafe class VipsMemory
{
    private static readonly nint Library = NativeLibrary.Load(VipsApi.Instance.LibraryPath);
    private static readonly delegate* unmanaged<nuint> GetMemory = (delegate* unmanaged<nuint>)NativeLibrary.GetExport(Library, "vips_tracked_get_mem");
    private static readonly delegate* unmanaged<nuint> GetPeak = (delegate* unmanaged<nuint>)NativeLibrary.GetExport(Library, "vips_tracked_get_mem_highwater");
    private static readonly delegate* unmanaged<int> GetAllocations = (delegate* unmanaged<int>)NativeLibrary.GetExport(Library, "vips_tracked_get_allocs");

    public static long Bytes => (long)GetMemory();

    public static long Peak => (long)GetPeak();

    public static int Allocations => GetAllocations();
}
