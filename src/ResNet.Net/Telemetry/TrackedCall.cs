using System.Diagnostics;

namespace ResNet.Net;

/// <summary>A call under way, with its span if somebody listens.</summary>
internal readonly struct TrackedCall(ModelTelemetry telemetry, Operation operation, Activity? span)
{
    /// <summary>An image got its answer.</summary>
    public void Answered(in StageTimings timings) => telemetry.Answered(operation, timings);

    /// <summary>An image of a batch, or several, gets an error in place of an answer.</summary>
    public void Failed(Exception error, int images = 1) => telemetry.Failed(operation, error, images);

    /// <summary>The model ran on several images at once.</summary>
    public void Ran(int images) => telemetry.Ran(images);

    /// <summary>The caller gets his answer.</summary>
    /// <param name="failed">Of a batch, the images that have an error in their place.</param>
    public void End(int failed = 0)
    {
        if (failed > 0)
        {
            span?.SetTag(TagNames.FailedImages, failed);
        }

        Activities.End(span, null);
    }

    /// <summary>The caller gets an exception, and the images that were not reported yet no answer.</summary>
    public void End(Exception error, int images)
    {
        Failed(error, images);
        Activities.End(span, error);
    }
}
