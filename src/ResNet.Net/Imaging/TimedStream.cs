using SkiaSharp;

namespace ResNet.Net;

/// <summary>
/// Provides an encoded image to Skia part by part, and ends early when the time limit is reached: the codec then stops at its next read.
/// </summary>
/// <param name="memory">The encoded image, which stays pinned while the codec exists.</param>
/// <param name="length">The number of bytes.</param>
/// <param name="request">The request with the time limit.</param>
internal sealed unsafe class TimedStream(byte* memory, int length, ImageDecodeRequest request) : SKAbstractManagedStream
{
    private int _position;

    // Skia calls these methods from native code, so none may throw.
    protected override IntPtr OnRead(IntPtr buffer, IntPtr size)
    {
        int read = Copy(buffer, size);
        _position += read;
        return read;
    }

    protected override IntPtr OnPeek(IntPtr buffer, IntPtr size) => Copy(buffer, size);

    protected override bool OnIsAtEnd() => _position == length || IsTimedOut();

    protected override bool OnHasPosition() => true;

    protected override bool OnHasLength() => true;

    protected override bool OnRewind() => OnSeek(0);

    protected override IntPtr OnGetPosition() => _position;

    protected override IntPtr OnGetLength() => length;

    protected override bool OnSeek(IntPtr position)
    {
        _position = (int)Math.Clamp(position, 0, length);
        return true;
    }

    protected override bool OnMove(int offset) => OnSeek((IntPtr)_position + offset);

    protected override IntPtr OnCreateNew() => IntPtr.Zero;

    // The application's TimeProvider may throw: the image then ends early, and the decoder asks again outside of native code.
    private bool IsTimedOut()
    {
        try
        {
            return request.IsTimedOut;
        }
#pragma warning disable CA1031 // an exception must not propagate into native frames: it would terminate the process
        catch (Exception)
#pragma warning restore CA1031
        {
            return true;
        }
    }

    // A null buffer skips bytes.
    private int Copy(IntPtr buffer, IntPtr size)
    {
        int count = IsTimedOut() ? 0 : (int)Math.Clamp(size, 0, length - _position);
        if (buffer != IntPtr.Zero)
        {
            new ReadOnlySpan<byte>(memory + _position, count).CopyTo(new Span<byte>((void*)buffer, count));
        }

        return count;
    }
}
