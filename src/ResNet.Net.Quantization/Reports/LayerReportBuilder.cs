using System.Numerics.Tensors;
using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Builds the report of each layer.</summary>
internal static class LayerReportBuilder
{
    public static LayerReport[] Of(
        TuningOutcome outcome,
        IReadOnlyDictionary<string, RangeObserver> observers,
        IReadOnlyDictionary<string, QuantizationParameters> parameters,
        double[]? sqnr,
        double[]? accumulatedSqnr,
        IReadOnlySet<string> requested)
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
            RangeObserver observed = observers[root];
            return new ActivationReport(value, observed.Min, observed.Max, chosen.Min, chosen.Max, chosen.Scale, chosen.ZeroPoint);
        }

        return [.. plan.Candidates.Select((layer, i) =>
        {
            bool isQuantized = plan.LayerOf(layer.Node) is not null;
            return new LayerReport
            {
                Name = layer.Name,
                Operator = layer.Node.OpType + (layer.Relu is null ? "" : "+Relu"),
                IsQuantized = isQuantized,
                Reason = isQuantized ? null : requested.Contains(layer.Name) ? "listed in FloatLayers" : "reverted by tuning",
                Inputs = isQuantized ? [.. layer.Inputs.Select(Activation).OfType<ActivationReport>()] : [],
                Output = isQuantized ? Activation(layer.Output) : null,
                LargestWeight = layer.HasWeights ? LargestWeight(plan.Model, layer) : null,
                Sqnr = sqnr?[i],
                AccumulatedSqnr = accumulatedSqnr?[i],
            };
        })];
    }

    private static double LargestWeight(OnnxModel model, Layer layer)
        => Math.Abs(TensorPrimitives.MaxMagnitude(model.Graph.FindInitializer(layer.Node.Inputs[1])!.AsSpan<float>()));
}
