using System.Runtime.InteropServices;

namespace ResNet.Net.Internals.Imaging.Interop;

/// <summary>GObject's GValue: a type and two words of data. Zeroed before use, unset after.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GValue
{
    public nuint Type;
    public ulong Data0;
    public ulong Data1;
}
