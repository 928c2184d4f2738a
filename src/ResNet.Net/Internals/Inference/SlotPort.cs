using ResNet.Net.Internals.Inference.Interop;

namespace ResNet.Net.Internals.Inference;

/// <summary>One input or output of a slot: a pinned buffer for all of its crops, and the tensors that wrap parts of it, made once each.</summary>
internal sealed class SlotPort : IDisposable
{
    private readonly OrtSession _session;
    private readonly TensorLayout _tensor;
    private readonly AlignedBuffer _buffer;
    private readonly int _batch;
    private readonly OrtValueHandle?[] _whole;
    private readonly OrtValueHandle?[] _rest;

    /// <param name="session">The session that runs.</param>
    /// <param name="tensor">The input or output.</param>
    /// <param name="crops">The most crops that are run.</param>
    /// <param name="batch">The most of them in one run.</param>
    public SlotPort(OrtSession session, TensorLayout tensor, int crops, int batch)
    {
        _session = session;
        _tensor = tensor;
        _batch = batch;
        _buffer = new AlignedBuffer(checked(crops * tensor.Length));
        _whole = new OrtValueHandle?[crops / batch];
        _rest = new OrtValueHandle?[crops + 1];
    }

    /// <summary>The values of some crops.</summary>
    public Span<float> Crops(int first, int count) => _buffer.Span.Slice(first * _tensor.Length, count * _tensor.Length);

    /// <summary>The tensor of crops that are run together.</summary>
    public NamedTensor Bind(int first, int count)
    {
        // A rest is told by where it ends: it begins at a multiple of the batch.
        ref OrtValueHandle? cached = ref (count == _batch ? ref _whole[first / _batch] : ref _rest[first + count]);
        cached ??= _session.CreateTensor(_buffer, _tensor.Shape(count), first * _tensor.Length);
        return new NamedTensor(_tensor.Name, cached);
    }

    public void Dispose()
    {
        foreach (OrtValueHandle? tensor in _whole.Concat(_rest))
        {
            tensor?.Dispose();
        }

        _buffer.Dispose();
    }
}
