using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Inference.Interop;
using ResNet.Net.Onnx;

namespace ResNet.Net.Benchmarks;

/// <summary>A model alone, from tensor to tensor, on random pictures.</summary>
internal sealed class TensorRun : IDisposable
{
    private readonly OrtSession _session;
    private readonly AlignedBuffer _input;
    private readonly AlignedBuffer _output;
    private readonly OrtValueHandle _inputTensor;
    private readonly OrtValueHandle _outputTensor;

    public TensorRun(OnnxModel model, int[] inputShape, int classes, int threads)
    {
        _session = OrtSession.FromMemory(model.ToArray(), model.Graph.Name, new SessionSettings { IntraOpThreads = threads });
        _input = new AlignedBuffer(inputShape.Aggregate((a, b) => a * b));
        _output = new AlignedBuffer(inputShape[0] * classes);
        Random random = new(2);
        foreach (ref float value in _input.Span)
        {
            value = (random.NextSingle() * 4) - 2;
        }

        _inputTensor = _session.CreateTensor(_input, [.. inputShape]);
        _outputTensor = _session.CreateTensor(_output, [inputShape[0], classes]);
    }

    public void Once() => _session.Run([new NamedTensor(_session.Inputs[0].Name, _inputTensor)], [new NamedTensor(_session.Outputs[0].Name, _outputTensor)]);

    public void Dispose()
    {
        _inputTensor.Dispose();
        _outputTensor.Dispose();
        _input.Dispose();
        _output.Dispose();
        _session.Dispose();
    }
}
