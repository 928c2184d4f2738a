namespace ResNet.Net;

/// <summary>Specifies how a model uses the processor cores. Other execution providers than the CPU ignore it.</summary>
public enum ExecutionMode
{
    /// <summary>
    /// Runs a single image on all cores. While more than half of the cores have an image of their own, each image runs on one core, which
    /// processes more images per second. The first such load opens a second session of the model, which takes as much memory as the first.
    /// </summary>
    Automatic,

    /// <summary>Runs each image on all cores. A single image is ready soonest, and the model is in memory once.</summary>
    Latency,

    /// <summary>
    /// Runs each image on one core, and as many images concurrently as there are callers. Many images are ready soonest, and the model is
    /// in memory once.
    /// </summary>
    Throughput,
}
