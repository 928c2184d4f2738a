namespace ResNet.Net;

/// <summary>The tags of measurements and spans. Their values are few and known: never a path, a label or a message.</summary>
internal static class TagNames
{
    public const string Model = "resnet.model";
    public const string ExecutionProvider = "resnet.execution_provider";
    public const string Operation = "resnet.operation";
    public const string Stage = "resnet.stage";
    public const string ErrorType = "error.type";

    // Of spans alone.
    public const string Images = "resnet.images";
    public const string FailedImages = "resnet.images.failed";
    public const string OptimizedGraph = "resnet.optimized_graph";
    public const string Source = "resnet.source";
    public const string FileBytes = "resnet.file.size";
}
