using System.Runtime.InteropServices;

namespace ResNet.Net.Internals.Imaging.Interop;

/// <summary>A reference to a GObject of libvips: an image or an operation.</summary>
internal sealed class VipsObjectHandle(VipsApi api, nint native) : SafeHandle(native, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override unsafe bool ReleaseHandle()
    {
        api.Unref(handle);
        return true;
    }
}
