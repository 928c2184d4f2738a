using System.Runtime.InteropServices;

namespace ResNet.Net.Internals.Inference.Interop;

/// <summary>A string as zero-terminated UTF-8 in native memory: converted once, its address stays valid until it is disposed.</summary>
internal sealed class Utf8Name : SafeHandle
{
    public Utf8Name(string value)
        : base(0, ownsHandle: true)
    {
        Value = value;
        SetHandle(Marshal.StringToCoTaskMemUTF8(value));
    }

    public string Value { get; }

    public override bool IsInvalid => handle == 0;

    public nint Address => handle;

    protected override bool ReleaseHandle()
    {
        Marshal.FreeCoTaskMem(handle);
        return true;
    }
}
