using System.Diagnostics;

namespace ResNet.Net.Internals.Telemetry;

/// <summary>A call under way, with its span if somebody listens.</summary>
internal readonly struct PictureCall(ModelTelemetry telemetry, Operation operation, Activity? span)
{
    /// <summary>A picture got its answer.</summary>
    public void Answered(in StageTimings timings) => telemetry.Answered(operation, timings);

    /// <summary>A picture of a batch, or several, gets an error in place of an answer.</summary>
    public void Failed(Exception error, int pictures = 1) => telemetry.Failed(operation, error, pictures);

    /// <summary>The model ran on several pictures at once.</summary>
    public void Ran(int pictures) => telemetry.Ran(pictures);

    /// <summary>The caller gets his answer.</summary>
    /// <param name="failed">Of a batch, the pictures that have an error in their place.</param>
    public void End(int failed = 0)
    {
        if (failed > 0)
        {
            span?.SetTag(TagNames.FailedPictures, failed);
        }

        Spans.End(span, null);
    }

    /// <summary>The caller gets an exception, and the pictures that were not reported yet no answer.</summary>
    public void End(Exception error, int pictures)
    {
        Failed(error, pictures);
        Spans.End(span, error);
    }
}
