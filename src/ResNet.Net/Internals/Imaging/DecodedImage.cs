using System.Buffers;

namespace ResNet.Net.Internals.Imaging;

/// <summary>A decoded picture: packed RGB in pooled memory, given back when it is disposed.</summary>
internal struct DecodedImage(byte[] pooled, int width, int height) : IDisposable
{
    private byte[]? _pooled = pooled;

    public int Width { get; } = width;

    public int Height { get; } = height;

    private int FullWidth { get; init; } = width;

    private int FullHeight { get; init; } = height;

    /// <summary>Valid until the picture is disposed.</summary>
    public readonly PixelView View
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pooled is null, typeof(DecodedImage));
            return new PixelView(_pooled.AsSpan(0, Width * Height * 3), Width, Height).ShrunkFrom(FullWidth, FullHeight);
        }
    }

    /// <summary>The same picture, which had another size before it was shrunk and turned upright; takes over the pooled array.</summary>
    public readonly DecodedImage ShrunkFrom(int storedWidth, int storedHeight, int orientation) => Orientation.SwapsSides(orientation)
        ? this with { FullWidth = storedHeight, FullHeight = storedWidth }
        : this with { FullWidth = storedWidth, FullHeight = storedHeight };

    public void Dispose()
    {
        if (_pooled is not null)
        {
            ArrayPool<byte>.Shared.Return(_pooled);
            _pooled = null;
        }
    }
}
