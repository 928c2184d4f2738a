namespace ResNet.Net.Synthetic;

/// <summary>
/// Builds synthetic models of the ONNX Model Zoo's ResNet files: the same graph, names, shapes and opset, with random weights. They take
/// as much time and memory as the files, but their predictions are meaningless.
/// </summary>
/// <remarks>README.md in this folder describes how they are made and how they differ from the files.</remarks>
public static class ZooModels
{
    private static readonly Dictionary<string, Func<WeightInitializer, OnnxModel>> Builders = CreateBuilders();

    /// <summary>Gets the ids of the models, such as <c>resnet50-v1-7</c>.</summary>
    public static IReadOnlyList<string> Ids { get; } = [.. Builders.Keys];

    /// <summary>
    /// Builds the synthetic model of a file. The result is deterministic. Files that share weights have synthetic models that share
    /// weights.
    /// </summary>
    /// <param name="id">The file's name in the zoo, without <c>.onnx</c>.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <returns>The model, as large in memory as the file.</returns>
    /// <exception cref="ArgumentException">There is no such file. The message lists the valid ids.</exception>
    public static OnnxModel Build(string id, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Builders.TryGetValue(id, out Func<WeightInitializer, OnnxModel>? build)
            ? build(new WeightInitializer(seed))
            : throw new ArgumentException($"The zoo has no ResNet '{id}'. Use one of {string.Join(", ", Ids)}.", nameof(id));
    }

    private static Dictionary<string, Func<WeightInitializer, OnnxModel>> CreateBuilders()
    {
        Dictionary<string, Func<WeightInitializer, OnnxModel>> builders = [];

        // The numbers that Gluon's name scopes had when the files were exported.
        foreach ((int depth, int first, int second) in new[] { (18, 5, 2), (34, 6, 3), (50, 7, 4), (101, 8, 5), (152, 9, 7) })
        {
            builders.Add($"resnet{depth}-v1-7", w => Mxnet(depth, ResNetVersion.V1, 7, first, w).Build());
            builders.Add($"resnet{depth}-v2-7", w => Mxnet(depth, ResNetVersion.V2, 7, second, w).Build());
        }

        builders.Add("resnet50-v1-12", w => Mxnet(50, ResNetVersion.V1, 12, 7, w).Build());
        builders.Add("resnet50-v1-12-int8", w => new QOperatorTopology(Mxnet(50, ResNetVersion.V1, 12, 7, w)).Build());
        builders.Add("resnet50-v1-12-qdq", w => new QdqTopology(Mxnet(50, ResNetVersion.V1, 12, 7, w)).Build());
        foreach (int opset in new[] { 3, 6, 7, 8, 9 })
        {
            builders.Add($"resnet50-caffe2-v1-{opset}", w => new Caffe2Topology(opset, w).Build());
        }

        return builders;
    }

    private static MxnetTopology Mxnet(int depth, ResNetVersion version, int opset, int number, WeightInitializer weights)
        => new(ResNetArchitecture.ImageNet(depth, version) with { Opset = opset }, number, weights);
}
