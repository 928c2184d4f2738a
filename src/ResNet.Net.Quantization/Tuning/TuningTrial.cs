namespace ResNet.Net.Quantization;

/// <summary>Represents a model that tuning evaluated.</summary>
/// <param name="FloatLayers">The number of layers that tuning has reverted to float.</param>
/// <param name="LastFallback">The layer that was reverted last; null for the first model.</param>
/// <param name="Top1">The top-1 accuracy in percent; null without labels.</param>
/// <param name="Top5">The top-5 accuracy in percent; null if unknown.</param>
/// <param name="Loss">The accuracy loss relative to the float model, in the unit of the criterion's measure.</param>
public sealed record TuningTrial(int FloatLayers, string? LastFallback, double? Top1, double? Top5, double Loss);
