using System.Collections.Concurrent;
using ResNet.Net.Internals.Inference.Interop;
using ResNet.Net.Internals.Preprocessing;

namespace ResNet.Net.Internals.Inference;

/// <summary>
/// One pinned input buffer, one pinned output buffer and the tensors that wrap them. Rented by one caller at a time: filled, run, read, returned.
/// </summary>
internal sealed class InferenceSlot : IDisposable
{
    private readonly OrtSession _session;
    private readonly ModelLayout _layout;
    private readonly AlignedBuffer _input;
    private readonly AlignedBuffer _output;
    private readonly int _cropCount;
    private readonly int _batch;
    private readonly (OrtValueHandle Input, OrtValueHandle Output)?[] _whole;
    private readonly (OrtValueHandle Input, OrtValueHandle Output)?[] _rest;
    private readonly ConcurrentBag<PreprocessingScratch> _scratches = [];

    public InferenceSlot(OrtSession session, ModelLayout layout, int capacity, int cropCount)
    {
        _session = session;
        _layout = layout;
        _cropCount = cropCount;
        Capacity = layout.FixedBatch ?? capacity;
        long length = (long)Capacity * cropCount * layout.InputLength;
        if (length > int.MaxValue)
        {
            throw new ResNetException(
                $"The input of {Capacity} pictures of {cropCount} crops of 3x{layout.Height}x{layout.Width} has {length} values; {int.MaxValue} are the most. Make ResNetClassifierOptions.BatchSize smaller.");
        }

        int crops = Capacity * cropCount;
        _batch = layout.FixedBatch ?? Math.Max(capacity, cropCount);
        _input = new AlignedBuffer((int)length);
        _output = new AlignedBuffer(checked(crops * layout.ClassCount));
        _whole = new (OrtValueHandle, OrtValueHandle)?[crops / _batch];
        _rest = new (OrtValueHandle, OrtValueHandle)?[crops + 1];
    }

    /// <summary>The most pictures the slot holds.</summary>
    public int Capacity { get; }

    /// <summary>The scratch memory of the caller that rented the slot.</summary>
    public PreprocessingScratch Scratch { get; } = new();

    /// <summary>The input of one picture, <c>[crops, 3, H, W]</c>; valid until the slot is returned.</summary>
    public Span<float> Input(int index) => Of(_input, index, _layout.InputLength);

    /// <summary>The scores of one picture, <c>[crops, classes]</c>; valid until the slot is returned or run again.</summary>
    public Span<float> Output(int index) => Of(_output, index, _layout.ClassCount);

    /// <summary>Scratch memory for one of several threads that fill the slot together.</summary>
    public PreprocessingScratch RentScratch() => _scratches.TryTake(out PreprocessingScratch? scratch) ? scratch : new PreprocessingScratch();

    public void ReturnScratch(PreprocessingScratch scratch) => _scratches.Add(scratch);

    /// <summary>Runs the model on the first <paramref name="count"/> pictures.</summary>
    public void Run(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);

        // A file with a fixed batch always runs whole; what lies behind the pictures is not read.
        int crops = count * _cropCount;
        for (int start = 0; start < crops; start += _batch)
        {
            int batch = _layout.FixedBatch ?? Math.Min(_batch, crops - start);

            // A rest is told by where it ends: it begins at a multiple of the batch.
            ref (OrtValueHandle Input, OrtValueHandle Output)? cached = ref (batch == _batch ? ref _whole[start / _batch] : ref _rest[start + batch]);
            (OrtValueHandle input, OrtValueHandle output) = cached ??= (
                _session.CreateTensor(_input, _layout.InputShape(batch), start * _layout.InputLength),
                _session.CreateTensor(_output, _layout.OutputShape(batch), start * _layout.ClassCount));
            _session.Run([new NamedTensor(_layout.InputName, input)], [new NamedTensor(_layout.OutputName, output)]);
        }
    }

    public void Dispose()
    {
        foreach ((OrtValueHandle Input, OrtValueHandle Output)? pair in _whole.Concat(_rest))
        {
            pair?.Input.Dispose();
            pair?.Output.Dispose();
        }

        _input.Dispose();
        _output.Dispose();
    }

    private Span<float> Of(AlignedBuffer buffer, int picture, int length)
        => buffer.Span.Slice(picture * _cropCount * length, _cropCount * length);
}
