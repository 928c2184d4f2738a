using System.Diagnostics;

namespace ResNet.Net;

/// <summary>Specifies what a call does with an image.</summary>
internal enum Operation
{
    Classify,
    Scores,
    Embed,
    Explain,
}

/// <summary>Tracks a call in progress, with its activity if there is a listener.</summary>
internal readonly struct TrackedCall(ModelTelemetry telemetry, Operation operation, Activity? activity)
{
    /// <summary>Records that an image succeeded.</summary>
    public void Answered(in StageTimings timings) => telemetry.Answered(operation, timings);

    /// <summary>Records that images failed.</summary>
    public void Failed(Exception error, int images = 1) => telemetry.Failed(operation, error, images);

    /// <summary>Records that the model ran on several images at once.</summary>
    public void Ran(int images) => telemetry.Ran(images);

    /// <summary>Ends a call that returns a result.</summary>
    /// <param name="failed">The number of images of a batch that have an error instead of a result.</param>
    public void End(int failed = 0)
    {
        if (failed > 0)
        {
            activity?.SetTag(TagNames.FailedImages, failed);
        }

        Activities.End(activity, null);
    }

    /// <summary>Ends a call that throws.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="images">The number of images that have not been recorded yet.</param>
    public void End(Exception error, int images)
    {
        Failed(error, images);
        Activities.End(activity, error);
    }
}
