using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>What a loaded model takes and gives, checked once when it is loaded.</summary>
/// <param name="Input">The input, <c>[N, 3, H, W]</c>.</param>
/// <param name="Scores">The scores, <c>[N, classes]</c>, perhaps with further dimensions of 1.</param>
/// <param name="Features">The pooled features, <c>[N, features]</c>; null where they were not asked for.</param>
/// <param name="Maps">The class activation maps, <c>[N, classes, rows, columns]</c>; null where they were not asked for.</param>
/// <param name="FixedBatch">The batch size that the file prescribes; null when it is free.</param>
internal sealed record ModelLayout(TensorLayout Input, TensorLayout Scores, TensorLayout? Features, TensorLayout? Maps, int? FixedBatch)
{
    /// <summary>Scores an image.</summary>
    public int ClassCount => Scores.Dimensions[0];

    /// <summary>Reads and judges a session's inputs and outputs.</summary>
    /// <exception cref="ResNetException">The model does not have the shape of an image classifier; both shapes are in the message.</exception>
    public static ModelLayout Read(OrtSession session, string model, string? inputName, string? outputName, int width, int height)
    {
        TensorMetadata input = PickInput(session, model, inputName);
        TensorMetadata output = PickOutput(session, model, outputName);
        string expected = $"{OnnxElementType.Float} [N, 3, {height}, {width}]";
        if (input.ElementType != OnnxElementType.Float || input.Shape.Count != 4
            || !Fits(input.Shape[1], 3) || !Fits(input.Shape[2], height) || !Fits(input.Shape[3], width))
        {
            throw new ResNetException(
                $"The model '{model}' takes {input}, but its profile makes {expected}. "
                + "Choose a profile whose crop has the model's size (profile with { Crop = new CropRule(width, height) }); only planar RGB or BGR float inputs are supported.");
        }

        int? fixedBatch = input.Shape[0] > 0 ? checked((int)input.Shape[0]) : null;
        if (output.ElementType != OnnxElementType.Float)
        {
            throw new ResNetException($"The model '{model}' gives {output}, but {OnnxElementType.Float} [N, classes] is needed.");
        }

        TensorLayout image = new(input.Name, [3, height, width]);
        TensorLayout scores = Measure(session, image, output, fixedBatch);
        if (scores.Dimensions.Count < 1 || scores.Dimensions.Skip(1).Any(d => d != 1) || scores.Dimensions[0] < 1)
        {
            throw new ResNetException($"The model '{model}' gives '{output.Name}' {TensorMetadata.FormatShape(scores.Shape(fixedBatch ?? -1))}, but [N, classes] is needed.");
        }

        TensorLayout? features = Added(session, image, ModelPreparation.FeaturesName, fixedBatch);
        TensorLayout? maps = Added(session, image, ModelPreparation.MapsName, fixedBatch);
        return maps is null || (maps.Dimensions.Count == 3 && maps.Dimensions[0] == scores.Dimensions[0])
            ? new ModelLayout(image, scores, features, maps, fixedBatch)
            : throw new ResNetException($"The model '{model}' gives {scores.Dimensions[0]} scores, but its dense layer {TensorMetadata.FormatShape(maps.Shape(-1))} activation maps.");
    }

    /// <summary>The input; the first one where no name is given.</summary>
    /// <exception cref="ResNetException">There is none of that name, or more than one.</exception>
    public static TensorMetadata PickInput(OrtSession session, string model, string? name)
    {
        TensorMetadata input = Pick(session.Inputs, name, "input", model);
        return session.Inputs.Count == 1
            ? input
            : throw new ResNetException($"The model '{model}' has {session.Inputs.Count} inputs ({string.Join(", ", session.Inputs)}); an image classifier has one.");
    }

    /// <summary>The output; the first one where no name is given.</summary>
    /// <exception cref="ResNetException">There is none of that name.</exception>
    public static TensorMetadata PickOutput(OrtSession session, string model, string? name) => Pick(session.Outputs, name, "output", model);

    private static bool Fits(long dimension, int wanted) => dimension < 0 || dimension == wanted;

    private static TensorMetadata Pick(IReadOnlyList<TensorMetadata> tensors, string? name, string kind, string model)
    {
        if (tensors.Count == 0)
        {
            throw new ResNetException($"The model '{model}' has no {kind}.");
        }

        return name is null
            ? tensors[0]
            : tensors.FirstOrDefault(t => t.Name == name)
                ?? throw new ResNetException($"The model '{model}' has no {kind} '{name}'. It has: {string.Join(", ", tensors)}.");
    }

    private static TensorLayout? Added(OrtSession session, TensorLayout input, string name, int? fixedBatch)
        => session.Outputs.FirstOrDefault(o => o.Name == name) is TensorMetadata output ? Measure(session, input, output, fixedBatch) : null;

    // Where the file does not say how large the output is, one run on a black image does.
    private static TensorLayout Measure(OrtSession session, TensorLayout input, TensorMetadata output, int? fixedBatch)
    {
        IReadOnlyList<long> shape = output.Shape;
        if (shape.Count < 2 || shape.Skip(1).Any(d => d < 0))
        {
            using AlignedBuffer buffer = new((fixedBatch ?? 1) * input.Length);
            using OrtValue tensor = buffer.CreateTensor(input.Shape(fixedBatch ?? 1));
            shape = session.RunToArray([new NamedTensor(input.Name, tensor)], output.Name).Shape;
        }

        return new TensorLayout(output.Name, [.. shape.Skip(1).Select(d => checked((int)d))]);
    }
}
