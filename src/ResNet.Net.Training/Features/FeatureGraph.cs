using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Training;

/// <summary>
/// Creates the graph of a backbone: from float <c>[N, 3, H, W]</c>, as the profile produces it, to float <c>[N, features]</c>.
/// </summary>
internal static class FeatureGraph
{
    // Up to IR version 3, weights are graph inputs too.
    private const int WeightsNeedNoInputs = 4;

    /// <summary>Creates the graph, and the profile that belongs to it.</summary>
    /// <param name="model">The model, with its profile and the adapter of its input.</param>
    /// <param name="settings">The settings with which the graph runs.</param>
    /// <returns>The graph, and the profile without its mean image, which the graph subtracts.</returns>
    /// <exception cref="TrainingException">The model has no pooled features, or is damaged.</exception>
    public static (OnnxModel Graph, PreprocessingProfile Profile) Create(ResolvedModel model, SessionSettings settings)
    {
        PreprocessingProfile profile = model.Profile!;
        OnnxModel graph;
        try
        {
            graph = ModelPreparation.For(model, RequiredOutputs.Scores).Load(model.Content);
            graph.IrVersion = Math.Max(graph.IrVersion, WeightsNeedNoInputs);
            _ = graph.Graph.DropInitializerInputs();
            _ = graph.FoldConstants();
            FeatureOutput.Cut(graph, model.OutputName, graph.Graph.CreateUniqueName("features"));
        }
        catch (OnnxModelException exception)
        {
            throw new TrainingException(
                $"The model '{model.Name}' cannot be a backbone: {exception.Message} Use a ResNet, or another network that averages its "
                + "last feature maps.",
                exception);
        }

        if (profile.MeanImage is MeanImage image)
        {
            SubtractAtInput(graph.Graph, Divide(image, profile.Std), image);
            profile = profile with { MeanImage = null, Mean = new ChannelValues(0, 0, 0) };
        }

        graph.Graph.ValueInfos.Clear();
        return (FreeBatch.Apply(graph, profile, settings with { Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL }), profile);
    }

    // Divided as in the preprocessor, so that the input of the network stays bit-identical.
    private static float[] Divide(MeanImage image, ChannelValues std)
    {
        float[] values = new float[image.Values.Length];
        int count = values.Length / 3;
        for (int plane = 0; plane < 3; plane++)
        {
            TensorPrimitives.Divide(image.Values.Slice(plane * count, count), std[plane], values.AsSpan(plane * count, count));
        }

        return values;
    }

    private static void SubtractAtInput(OnnxGraph graph, float[] values, MeanImage image)
    {
        string input = graph.FeedInputs.First().Name;
        string mean = graph.CreateUniqueName("mean_image");
        string centered = graph.CreateUniqueName($"{input}_centered");
        graph.ReplaceUses(input, centered);
        graph.Initializers.Add(OnnxTensor.Create<float>(mean, [1, 3, image.Height, image.Width], values));
        graph.Nodes.Insert(0, new OnnxNode("Sub", [input, mean], [centered], centered));
    }
}
