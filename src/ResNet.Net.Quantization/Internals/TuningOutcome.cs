using ResNet.Net.Onnx;
using ResNet.Net.Quantization.Internals.Graphs;

namespace ResNet.Net.Quantization.Internals;

/// <summary>What tuning ended with.</summary>
internal sealed record TuningOutcome(QuantizationPlan Plan, OnnxModel Model, IReadOnlyList<TuningTrial> Trials, bool? CriterionHolds);
