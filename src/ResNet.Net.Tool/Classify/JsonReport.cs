using System.Text.Json.Serialization;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Classify;

/// <summary>Writes one JSON object a line, as soon as the result is known.</summary>
internal sealed partial class JsonReport(ResNetClassifier classifier) : IReport
{
    public void Add(ImageFile file, Classification result)
    {
        StageTimings timings = result.Timings;
        Stages milliseconds = new(Milliseconds(timings.Decode), Milliseconds(timings.Preprocess), Milliseconds(timings.Inference));
        JsonLines.Write(new Line(file.Path, classifier.ModelName, result.Predictions, IsUnknown(result), milliseconds), Json.Default.Line);
    }

    public void AddFailure(ImageFile file, string error) => JsonLines.Write(new FailureLine(file.Path, error), Json.Default.FailureLine);

    public void End()
    {
    }

    // Only models with a threshold have the property.
    private bool? IsUnknown(Classification result) => classifier.UnknownThreshold is null ? null : result.IsUnknown;

    // Timers resolve no more than microseconds.
    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    internal sealed record Line(
        string File,
        string Model,
        IReadOnlyList<Prediction> Predictions,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? IsUnknown,
        Stages Milliseconds);

    internal sealed record Stages(double Decode, double Preprocess, double Inference);

    internal sealed record FailureLine(string File, string Error);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Line))]
    [JsonSerializable(typeof(FailureLine))]
    internal sealed partial class Json : JsonSerializerContext;
}
