using System.Collections.Concurrent;

namespace ResNet.Net;

/// <summary>
/// Represents native buffers for one input and its outputs, bound to a session. One caller at a time rents it, fills the input, runs the
/// model, reads the outputs and returns it.
/// </summary>
internal sealed class InferenceSlot : IDisposable
{
    private readonly OrtSession _session;
    private readonly ModelLayout _layout;
    private readonly int _cropCount;
    private readonly int _batch;
    private readonly SlotPort _input;
    private readonly SlotPort _output;
    private readonly Dictionary<(int First, int Batch, bool WithMaps), TensorBinding> _bindings = [];
    private readonly ConcurrentBag<PreprocessingScratch> _scratches = [];
    private readonly float[] _binary = new float[2];
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
                $"The input of {Capacity} images of {cropCount} crops of {string.Join('x', layout.Input.Dimensions)} has {length} values; "
                + $"the maximum is {int.MaxValue}. Reduce {nameof(ResNetModelOptions.BatchSize)} in the options.");
        }

        _batch = layout.FixedBatch ?? Math.Max(capacity, cropCount);
        _input = Port(layout.Input);
        _output = Port(layout.Output);
    }

    /// <summary>Gets the maximum number of images.</summary>
    public int Capacity { get; }

    /// <summary>Gets the scratch memory of the caller that rented the slot.</summary>
    public PreprocessingScratch Scratch { get; } = new();

    /// <summary>Returns the input of an image, <c>[crops, 3, H, W]</c>, which is valid until the slot is returned.</summary>
    public Span<float> Input(int image) => Of(_input, image);

    /// <summary>
    /// Returns the scores, <c>[crops, classes]</c>, or the features, <c>[crops, features]</c>, of an image. They are valid until the slot
    /// is returned or run again.
    /// </summary>
    public Span<float> Output(int image) => Of(_output, image);

    /// <summary>Expands the probability of a binary classifier to those of its two classes, valid until the next call.</summary>
    public Span<float> ExpandBinary(float probability)
    {
        _binary[0] = 1 - probability;
        _binary[1] = probability;
        return _binary;
    }

    /// <summary>
    /// Returns the class activation maps of an image, <c>[crops, classes, rows, columns]</c>, after a run that requested them.
    /// </summary>
    public Span<float> Maps(int image) => Of(_maps!, image);

    /// <summary>Rents scratch memory for one of several threads that fill the slot concurrently.</summary>
    public PreprocessingScratch RentScratch()
        => _scratches.TryTake(out PreprocessingScratch? scratch) ? scratch : new PreprocessingScratch();

    public void ReturnScratch(PreprocessingScratch scratch) => _scratches.Add(scratch);

    /// <summary>Runs the model on the first images.</summary>
    /// <param name="count">The number of images.</param>
    /// <param name="withMaps">Whether the activation maps are read. The model must have been opened with them.</param>
    public void Run(int count, bool withMaps = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        _maps = withMaps ? _maps ?? Port(_layout.Maps!) : _maps;

        // With a fixed batch size, the whole batch runs; outputs beyond the images are not read.
        int crops = count * _cropCount;
        for (int start = 0; start < crops; start += _batch)
        {
            int batch = _layout.FixedBatch ?? Math.Min(_batch, crops - start);
            if (!_bindings.TryGetValue((start, batch, withMaps), out TensorBinding? binding))
            {
                binding = Bind(start, batch, withMaps);
                _bindings.Add((start, batch, withMaps), binding);
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
        _output.Dispose();
        _maps?.Dispose();
    }

    private TensorBinding Bind(int start, int batch, bool withMaps)
    {
        NamedTensor output = _output.Tensor(start, batch);
        return _session.Bind([_input.Tensor(start, batch)], withMaps ? [output, _maps!.Tensor(start, batch)] : [output]);
    }

    private SlotPort Port(TensorLayout tensor) => new(tensor, Capacity * _cropCount);

    private Span<float> Of(SlotPort port, int image) => port.Crops(image * _cropCount, _cropCount);
}
