using System.Collections.Concurrent;

namespace ResNet.Net;

/// <summary>
/// Native buffers for one input and its outputs, bound to the session. Rented by one caller at a time: filled, run, read, returned.
/// </summary>
internal sealed class InferenceSlot : IDisposable
{
    private readonly OrtSession _session;
    private readonly ModelLayout _layout;
    private readonly int _cropCount;
    private readonly int _batch;
    private readonly SlotPort _input;
    private readonly SlotPort _scores;
    private readonly Dictionary<(int First, int Batch, int Outputs), TensorBinding> _bindings = [];
    private readonly ConcurrentBag<PreprocessingScratch> _scratches = [];
    private SlotPort? _features;
    private SlotPort? _maps;

    public InferenceSlot(OrtSession session, ModelLayout layout, int capacity, int cropCount)
    {
        _session = session;
        _layout = layout;
        _cropCount = cropCount;
        Capacity = layout.FixedBatch ?? capacity;
        long length = (long)Capacity * cropCount * layout.Input.Length;
        if (length > int.MaxValue)
        {
            throw new ResNetException(
                $"The input of {Capacity} images of {cropCount} crops of {string.Join('x', layout.Input.Dimensions)} has {length} values; {int.MaxValue} are the most. Make ResNetClassifierOptions.BatchSize smaller.");
        }

        _batch = layout.FixedBatch ?? Math.Max(capacity, cropCount);
        _input = Port(layout.Input);
        _scores = Port(layout.Scores);
    }

    /// <summary>The most images the slot holds.</summary>
    public int Capacity { get; }

    /// <summary>The scratch memory of the caller that rented the slot.</summary>
    public PreprocessingScratch Scratch { get; } = new();

    /// <summary>The input of one image, <c>[crops, 3, H, W]</c>; valid until the slot is returned.</summary>
    public Span<float> Input(int image) => Of(_input, image);

    /// <summary>The scores of one image, <c>[crops, classes]</c>; valid until the slot is returned or run again.</summary>
    public Span<float> Output(int image) => Of(_scores, image);

    /// <summary>The pooled features of one image, <c>[crops, features]</c>, after a run that asked for them; valid until the slot is returned or run again.</summary>
    public Span<float> Features(int image) => Of(_features!, image);

    /// <summary>The class activation maps of one image, <c>[crops, classes, rows, columns]</c>, after a run that asked for them; valid until the slot is returned or run again.</summary>
    public Span<float> Maps(int image) => Of(_maps!, image);

    /// <summary>Scratch memory for one of several threads that fill the slot together.</summary>
    public PreprocessingScratch RentScratch() => _scratches.TryTake(out PreprocessingScratch? scratch) ? scratch : new PreprocessingScratch();

    public void ReturnScratch(PreprocessingScratch scratch) => _scratches.Add(scratch);

    /// <summary>Runs the model on the first images.</summary>
    /// <param name="count">How many.</param>
    /// <param name="outputs">What is wanted besides scores; the model must have been opened with it.</param>
    public void Run(int count, ModelOutputs outputs = ModelOutputs.None)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        // No HasFlag: it allocates until its caller is compiled a second time.
        bool wantsFeatures = (outputs & ModelOutputs.Features) != 0;
        bool wantsMaps = (outputs & ModelOutputs.ActivationMaps) != 0;
        _features = wantsFeatures ? _features ?? Port(_layout.Features!) : _features;
        _maps = wantsMaps ? _maps ?? Port(_layout.Maps!) : _maps;

        // A file with a fixed batch always runs whole; what lies behind the images is not read.
        int crops = count * _cropCount;
        for (int start = 0; start < crops; start += _batch)
        {
            int batch = _layout.FixedBatch ?? Math.Min(_batch, crops - start);
            if (!_bindings.TryGetValue((start, batch, (int)outputs), out TensorBinding? binding))
            {
                binding = Bind(start, batch, wantsFeatures, wantsMaps);
                _bindings.Add((start, batch, (int)outputs), binding);
            }

            _session.Run(binding);
        }
    }

    public void Dispose()
    {
        foreach (TensorBinding binding in _bindings.Values)
        {
            binding.Dispose();
        }

        _input.Dispose();
        _scores.Dispose();
        _features?.Dispose();
        _maps?.Dispose();
    }

    private TensorBinding Bind(int start, int batch, bool wantsFeatures, bool wantsMaps)
    {
        List<NamedTensor> bound = [_scores.Tensor(start, batch)];
        if (wantsFeatures)
        {
            bound.Add(_features!.Tensor(start, batch));
        }

        if (wantsMaps)
        {
            bound.Add(_maps!.Tensor(start, batch));
        }

        return _session.Bind([_input.Tensor(start, batch)], [.. bound]);
    }

    private SlotPort Port(TensorLayout tensor) => new(tensor, Capacity * _cropCount);

    private Span<float> Of(SlotPort port, int image) => port.Crops(image * _cropCount, _cropCount);
}
