namespace ResNet.Net;

/// <summary>Where the time of one image went.</summary>
/// <param name="Decode">From encoded bytes to pixels; zero where the caller had pixels.</param>
/// <param name="Preprocess">From pixels to the input tensor.</param>
/// <param name="Inference">The model's run; in a batch, the batch's run divided by its images.</param>
public readonly record struct StageTimings(TimeSpan Decode, TimeSpan Preprocess, TimeSpan Inference);
