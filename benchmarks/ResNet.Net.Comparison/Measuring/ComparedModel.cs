namespace ResNet.Net.Comparison;

/// <summary>Represents a model of the comparison.</summary>
/// <param name="Id">The id of the synthetic model.</param>
/// <param name="Name">The name in the tables.</param>
/// <param name="ThroughputImages">The number of images of one round of the throughput.</param>
internal sealed record ComparedModel(string Id, string Name, int ThroughputImages)
{
    public static IReadOnlyList<ComparedModel> All { get; } =
    [
        new("resnet50-v1-12", "ResNet-50 fp32", 40),
        new("resnet50-v1-12-int8", "ResNet-50 int8", 80),
        new("resnet18-v1-7", "ResNet-18 fp32", 80),
    ];

    /// <summary>Builds the synthetic model and writes it to a folder.</summary>
    public string Write(string folder)
    {
        string path = Path.Combine(folder, $"{Id}.onnx");
        Synthetic.ZooModels.Build(Id).Save(path);
        return path;
    }
}
