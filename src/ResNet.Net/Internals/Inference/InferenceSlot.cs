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
    private readonly (OrtValueHandle Input, OrtValueHandle Output)?[] _tensors;
    private readonly ConcurrentBag<PreprocessingScratch> _scratches = [];

    public InferenceSlot(OrtSession session, ModelLayout layout, int capacity)
    {
        _session = session;
        _layout = layout;
        Capacity = layout.FixedBatch ?? capacity;
        _input = new AlignedBuffer(checked(Capacity * layout.InputLength));
        _output = new AlignedBuffer(checked(Capacity * layout.ClassCount));
        _tensors = new (OrtValueHandle, OrtValueHandle)?[Capacity + 1];
    }

    /// <summary>The most pictures a run takes.</summary>
    public int Capacity { get; }

    /// <summary>The scratch memory of the caller that rented the slot.</summary>
    public PreprocessingScratch Scratch { get; } = new();

    /// <summary>The input of one picture, <c>[3, H, W]</c>; valid until the slot is returned.</summary>
    public Span<float> Input(int index) => _input.Span.Slice(index * _layout.InputLength, _layout.InputLength);

    /// <summary>The scores of one picture, <c>[classes]</c>; valid until the slot is returned or run again.</summary>
    public Span<float> Output(int index) => _output.Span.Slice(index * _layout.ClassCount, _layout.ClassCount);

    /// <summary>Scratch memory for one of several threads that fill the slot together.</summary>
    public PreprocessingScratch RentScratch() => _scratches.TryTake(out PreprocessingScratch? scratch) ? scratch : new PreprocessingScratch();

    public void ReturnScratch(PreprocessingScratch scratch) => _scratches.Add(scratch);

    /// <summary>Runs the model on the first <paramref name="count"/> pictures.</summary>
    public void Run(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);

        // A file with a fixed batch always runs whole; what lies behind the pictures is not read.
        int batch = _layout.FixedBatch ?? count;
        (OrtValueHandle input, OrtValueHandle output) = _tensors[batch] ??= (
            _session.CreateTensor(_input, _layout.InputShape(batch)), _session.CreateTensor(_output, _layout.OutputShape(batch)));
        _session.Run([new NamedTensor(_layout.InputName, input)], [new NamedTensor(_layout.OutputName, output)]);
    }

    public void Dispose()
    {
        foreach ((OrtValueHandle Input, OrtValueHandle Output)? pair in _tensors)
        {
            pair?.Input.Dispose();
            pair?.Output.Dispose();
        }

        _input.Dispose();
        _output.Dispose();
    }
}
