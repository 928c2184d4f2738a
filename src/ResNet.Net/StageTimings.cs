namespace ResNet.Net;

/// <summary>Represents the time that each stage took for one image.</summary>
/// <param name="Decode">The time from the call to pixels, reading the file included; zero if the caller passed pixels.</param>
/// <param name="Preprocess">The time from pixels to the input tensor.</param>
/// <param name="Inference">The time of the model's run; in a batch, the run's time divided by the number of images.</param>
public readonly record struct StageTimings(TimeSpan Decode, TimeSpan Preprocess, TimeSpan Inference);
