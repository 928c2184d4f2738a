using ResNet.Net.Internals.Imaging.Interop;

namespace ResNet.Net.Internals.Imaging;

/// <summary>Decompressors that wait for their next picture, at most one a core: making one takes memory and time, and they cannot be shared.</summary>
internal sealed class TurboJpegPool(TurboJpegApi api)
{
    private readonly TurboJpegHandle?[] _idle = new TurboJpegHandle?[Environment.ProcessorCount];

    public int IdleCount => _idle.Count(handle => handle is not null);

    public TurboJpegHandle Rent()
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.Exchange(ref _idle[i], null) is TurboJpegHandle handle)
            {
                return handle;
            }
        }

        return new TurboJpegHandle(api);
    }

    public void Return(TurboJpegHandle handle)
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[i], handle, null) is null)
            {
                return;
            }
        }

        handle.Dispose();
    }
}
