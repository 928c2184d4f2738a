using System.Runtime.InteropServices;

namespace ResNet.Net.Internals.Imaging.Interop;

/// <summary>A decompressor of libturbojpeg; for one thread at a time, and, since it keeps what it reads, for one picture.</summary>
internal sealed unsafe class TurboJpegHandle(TurboJpegApi api) : SafeHandle(api.InitDecompress(), ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => api.Destroy(handle) == 0;
}
