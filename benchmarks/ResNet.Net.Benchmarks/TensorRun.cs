using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Benchmarks;

/// <summary>Runs a model on random images, from tensor to tensor.</summary>
internal sealed class TensorRun : IDisposable
{
    private readonly OrtSession _session;
    private readonly AlignedBuffer _input;
    private readonly AlignedBuffer _output;
    private readonly OrtValue _inputTensor;
    private readonly OrtValue _outputTensor;
    private readonly TensorBinding _binding;

    public TensorRun(OnnxModel model, int[] inputShape, int classes, SessionSettings settings)
    {
        _session = OrtSession.FromMemory(model.ToArray(), model.Graph.Name, settings);
        _input = new AlignedBuffer(inputShape.Aggregate((a, b) => a * b));
        _output = new AlignedBuffer(inputShape[0] * classes);
        Random random = new(2);
        foreach (ref float value in _input.Span)
        {
            value = (random.NextSingle() * 4) - 2;
        }

        _inputTensor = _input.CreateTensor([.. inputShape]);
        _outputTensor = _output.CreateTensor([inputShape[0], classes]);
        _binding = _session.Bind(
            [new NamedTensor(_session.Inputs[0].Name, _inputTensor)], [new NamedTensor(_session.Outputs[0].Name, _outputTensor)]);
    }

    public void Once() => _session.Run(_binding);

    public void Dispose()
    {
        _binding.Dispose();
        _inputTensor.Dispose();
        _outputTensor.Dispose();
        _input.Dispose();
        _output.Dispose();
        _session.Dispose();
    }
}
