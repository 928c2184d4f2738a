using System.Runtime.InteropServices;

namespace ResNet.Net.Tests.Support;

/// <summary>
/// Memory between two pages that nobody may touch: reading or writing a byte before its start or past its end ends the process. One of both
/// ends is exact. On Windows there are no such pages here, and the memory is an ordinary block.
/// </summary>
public sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int NoAccess = 0;
    private const int ReadWrite = 3;
    private const int Private = 2;
    private static readonly int Anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;

    private readonly nint _block;
    private readonly nuint _size;
    private readonly nint _start;
    private readonly int _length;

    /// <param name="length">Bytes.</param>
    /// <param name="exactStart">Whether the start lies at the guard, instead of the end.</param>
    public GuardedMemory(int length, bool exactStart = false)
    {
        _length = length;
        if (OperatingSystem.IsWindows())
        {
            _block = (nint)NativeMemory.Alloc((nuint)length);
            _start = _block;
            return;
        }

        int page = Environment.SystemPageSize;
        nint room = (length + page - 1) / page * page;
        _size = (nuint)(room + (2 * page));
        _block = Map(0, _size, NoAccess, Private | Anonymous, -1, 0);
        if (_block == -1 || Protect(_block + page, (nuint)room, ReadWrite) != 0)
        {
            throw new InvalidOperationException($"No guarded memory of {length} bytes: error {Marshal.GetLastPInvokeError()}.");
        }

        _start = exactStart ? _block + page : _block + page + room - length;
    }

    public Span<byte> Span => new((void*)_start, _length);

    public Span<float> Floats => new((void*)_start, _length / sizeof(float));

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            NativeMemory.Free((void*)_block);
        }
        else
        {
            _ = Unmap(_block, _size);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);
}
