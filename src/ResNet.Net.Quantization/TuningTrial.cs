namespace ResNet.Net.Quantization;

/// <summary>One model that tuning measured.</summary>
/// <param name="FloatLayers">How many layers were in float by tuning.</param>
/// <param name="LastFallback">The layer that returned to float last; null for the first model.</param>
/// <param name="Top1">Its top-1 accuracy in percent; null where there are no labels.</param>
/// <param name="Top5">Its top-5 accuracy in percent; null where it is not known.</param>
/// <param name="Loss">How much worse than the float model it is, in the criterion's unit.</param>
public sealed record TuningTrial(int FloatLayers, string? LastFallback, double? Top1, double? Top5, double Loss);
