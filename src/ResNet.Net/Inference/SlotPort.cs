using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>Represents an input or output of a slot: a native buffer for all crops, and the tensors over parts of it.</summary>
internal sealed class SlotPort : IDisposable
{
    private readonly TensorLayout _tensor;
    private readonly AlignedBuffer _buffer;
    private readonly Dictionary<(int First, int Count), OrtValue> _tensors = [];

    /// <param name="tensor">The input or output.</param>
    /// <param name="crops">The maximum number of crops.</param>
    /// <exception cref="ResNetException">The buffer would have more elements than an array.</exception>
    public SlotPort(TensorLayout tensor, int crops)
    {
        _tensor = tensor;
        long length = (long)crops * tensor.Length;
        _buffer = length <= int.MaxValue
            ? new AlignedBuffer((int)length)
            : throw new ResNetException(
                $"The tensor '{tensor.Name}' of {crops} crops has {length} values; the maximum is {int.MaxValue}. "
                + $"Reduce ResNetClassifierOptions.{nameof(ResNetClassifierOptions.BatchSize)}.");
    }

    /// <summary>Returns the values of consecutive crops.</summary>
    public Span<float> Crops(int first, int count) => _buffer.Span.Slice(first * _tensor.Length, count * _tensor.Length);

    /// <summary>Returns the tensor of consecutive crops that run together.</summary>
    public NamedTensor Tensor(int first, int count)
    {
        if (!_tensors.TryGetValue((first, count), out OrtValue? tensor))
        {
            tensor = _buffer.CreateTensor(_tensor.Shape(count), first * _tensor.Length);
            _tensors.Add((first, count), tensor);
        }

        return new NamedTensor(_tensor.Name, tensor);
    }

    public void Dispose()
    {
        foreach (OrtValue tensor in _tensors.Values)
        {
            tensor.Dispose();
        }

        _buffer.Dispose();
    }
}
