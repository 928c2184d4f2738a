using System.Numerics.Tensors;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization.Internals.Calibration;
using ResNet.Net.Quantization.Internals.Graphs;

namespace ResNet.Net.Quantization.Internals;

/// <summary>What the report says of each layer.</summary>
internal static class LayerReports
{
    public static LayerReport[] Of(
        TuningOutcome outcome,
        IReadOnlyDictionary<string, RangeObserver> observers,
        IReadOnlyDictionary<string, QuantizationParameters> parameters,
        double[]? alone,
        double[]? accumulated,
        IReadOnlySet<string> asked)
    {
        QuantizationPlan plan = outcome.Plan;
        ActivationReport? Activation(string value)
        {
            if (!plan.IsQuantized(value))
            {
                return null;
            }

            string root = plan.RootOf(value);
            QuantizationParameters chosen = parameters[root];
            return new ActivationReport(value, observers[root].Min, observers[root].Max, chosen.Min, chosen.Max, chosen.Scale, chosen.ZeroPoint);
        }

        return [.. plan.Candidates.Select((layer, i) =>
        {
            bool isQuantized = plan.LayerOf(layer.Node) is not null;
            return new LayerReport
            {
                Name = layer.Name,
                Operator = layer.Node.OpType + (layer.Relu is null ? "" : "+Relu"),
                IsQuantized = isQuantized,
                Reason = isQuantized ? null : asked.Contains(layer.Name) ? "the options name it" : "it fell back while tuning",
                Inputs = isQuantized ? [.. layer.Inputs.Select(Activation).OfType<ActivationReport>()] : [],
                Output = isQuantized ? Activation(layer.Output) : null,
                LargestWeight = layer.HasWeights ? LargestWeight(plan.Model, layer) : null,
                NoiseRatio = alone?[i],
                AccumulatedNoiseRatio = accumulated?[i],
            };
        })];
    }

    private static double LargestWeight(OnnxModel model, Layer layer)
        => Math.Abs(TensorPrimitives.MaxMagnitude(model.Graph.FindInitializer(layer.Node.Inputs[1])!.AsSpan<float>()));
}
