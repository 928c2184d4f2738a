using System.Text.Json;
using System.Text.Json.Serialization;
using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Classify;

/// <summary>One JSON object a line, as soon as it is known. ASCII only, so file names survive every code page.</summary>
internal sealed partial class JsonReport(ResNetClassifier classifier, TextWriter output) : IReport
{
    public void Add(PictureFile file, Classification result)
    {
        StageTimings timings = result.Timings;
        Stages milliseconds = new(Milliseconds(timings.Decode), Milliseconds(timings.Preprocess), Milliseconds(timings.Inference));
        output.WriteLine(JsonSerializer.Serialize(new Line(file.Path, classifier.ModelName, result.Predictions, milliseconds), Json.Default.Line));
    }

    public void AddFailure(PictureFile file, string error) => output.WriteLine(JsonSerializer.Serialize(new FailureLine(file.Path, error), Json.Default.FailureLine));

    public void End()
    {
    }

    // Microseconds: timers know no more.
    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    internal sealed record Line(string File, string Model, IReadOnlyList<Prediction> Predictions, Stages Milliseconds);

    internal sealed record Stages(double Decode, double Preprocess, double Inference);

    internal sealed record FailureLine(string File, string Error);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Line))]
    [JsonSerializable(typeof(FailureLine))]
    internal sealed partial class Json : JsonSerializerContext;
}
