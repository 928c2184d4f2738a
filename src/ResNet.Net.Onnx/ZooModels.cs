using ResNet.Net.Onnx.Internals.Topologies;

namespace ResNet.Net.Onnx;

/// <summary>
/// Twins of the ONNX Model Zoo's ResNet files: the same graph, names, shapes and opset, with random weights. They load, run and take as
/// long as the files themselves, wherever those cannot be had; what they say of a picture means nothing.
/// </summary>
public static class ZooModels
{
    private static readonly Dictionary<string, Func<WeightInitializer, OnnxModel>> Builders = CreateBuilders();

    /// <summary>The ids of the files there are twins of, such as <c>resnet50-v1-7</c>.</summary>
    public static IReadOnlyList<string> Ids { get; } = [.. Builders.Keys];

    /// <summary>Creates the twin of a file. The same id and seed always give the same bytes; files of the same weights have twins of the same weights.</summary>
    /// <param name="id">The file's id: its name in the zoo, without <c>.onnx</c>.</param>
    /// <param name="seed">Chooses the weights.</param>
    /// <returns>The model; its weights take as much memory as the file has bytes.</returns>
    /// <exception cref="ArgumentException">There is no such file; the message names those there are.</exception>
    public static OnnxModel Build(string id, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Builders.TryGetValue(id, out Func<WeightInitializer, OnnxModel>? build)
            ? build(new WeightInitializer(seed))
            : throw new ArgumentException($"The zoo has no ResNet '{id}'. It has {string.Join(", ", Ids)}.", nameof(id));
    }

    private static Dictionary<string, Func<WeightInitializer, OnnxModel>> CreateBuilders()
    {
        Dictionary<string, Func<WeightInitializer, OnnxModel>> builders = [];

        // By the numbers that Gluon had given its networks when they were exported.
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
