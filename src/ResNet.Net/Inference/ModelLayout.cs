using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Describes the inputs and outputs of a loaded model, validated once.</summary>
/// <param name="Input">The input, <c>[N, 3, H, W]</c>.</param>
/// <param name="Output">
/// The scores, <c>[N, classes]</c>, possibly with further dimensions of 1, or the pooled features, <c>[N, features]</c>.
/// </param>
/// <param name="Maps">The class activation maps, <c>[N, classes, rows, columns]</c>; null if they were not requested.</param>
/// <param name="FixedBatch">The batch size that the file fixes; null if it is variable.</param>
internal sealed record ModelLayout(TensorLayout Input, TensorLayout Output, TensorLayout? Maps, int? FixedBatch)
{
    /// <summary>Gets the number of scores or features per crop.</summary>
    public int OutputLength => Output.Dimensions[0];

    /// <summary>Reads and validates the inputs and outputs of a session.</summary>
    /// <exception cref="ResNetException">The model is not an image classifier, or its input has another size.</exception>
    public static ModelLayout Read(OrtSession session, string model, string? inputName, string? outputName, int width, int height)
    {
        TensorMetadata input = PickInput(session, model, inputName);
        TensorMetadata output = PickOutput(session, model, outputName);
        if (input.ElementType != OnnxElementType.Float
            || input.Shape.Count != 4
            || !Matches(input.Shape[1], 3)
            || !Matches(input.Shape[2], height)
            || !Matches(input.Shape[3], width))
        {
            throw new ResNetException(
                $"The model '{model}' expects {input}, but its profile produces {OnnxElementType.Float} [N, 3, {height}, {width}]. "
                + "Use a profile whose crop has the size of the input: profile with { Crop = new CropRule(width, height) }. "
                + "Only float32 inputs in NCHW layout with 3 channels are supported.");
        }

        int? fixedBatch = input.Shape[0] > 0 ? checked((int)input.Shape[0]) : null;
        if (output.ElementType != OnnxElementType.Float)
        {
            throw new ResNetException(
                $"The model '{model}' returns {output}, but an image classifier returns {OnnxElementType.Float} [N, classes].");
        }

        TensorLayout image = new(input.Name, [3, height, width]);
        TensorLayout scores = Measure(session, image, output, fixedBatch);
        if (scores.Dimensions.Count < 1 || scores.Dimensions.Skip(1).Any(d => d != 1) || scores.Dimensions[0] < 1)
        {
            string shape = TensorMetadata.FormatShape(scores.Shape(fixedBatch ?? -1));
            throw new ResNetException(
                $"The model '{model}' returns '{output.Name}' {shape}, but an image classifier returns [N, classes].");
        }

        TensorLayout? maps = session.Outputs.FirstOrDefault(o => o.Name == ModelPreparation.MapsName) is TensorMetadata added
            ? Measure(session, image, added, fixedBatch)
            : null;
        return maps is null || (maps.Dimensions.Count == 3 && maps.Dimensions[0] == scores.Dimensions[0])
            ? new ModelLayout(image, scores, maps, fixedBatch)
            : throw new ResNetException(
                $"The model '{model}' returns {scores.Dimensions[0]} scores, but its dense layer produces activation maps of shape "
                + $"{TensorMetadata.FormatShape(maps.Shape(-1))}.");
    }

    /// <summary>Returns the input with a name, or the first if the name is null.</summary>
    /// <exception cref="ResNetException">The model has no such input, or more than one input.</exception>
    public static TensorMetadata PickInput(OrtSession session, string model, string? name)
    {
        TensorMetadata input = Pick(session.Inputs, name, "input", model);
        return session.Inputs.Count == 1
            ? input
            : throw new ResNetException(
                $"The model '{model}' has {session.Inputs.Count} inputs ({string.Join(", ", session.Inputs)}); "
                + "an image classifier has one.");
    }

    /// <summary>Returns the output with a name, or the first if the name is null.</summary>
    /// <exception cref="ResNetException">The model has no such output.</exception>
    public static TensorMetadata PickOutput(OrtSession session, string model, string? name)
        => Pick(session.Outputs, name, "output", model);

    private static bool Matches(long dimension, int expected) => dimension < 0 || dimension == expected;

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

    // If the file leaves the shape of the output open, a run on a black image determines it.
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

/// <summary>Describes a float32 input or output of a model.</summary>
/// <param name="Name">The name.</param>
/// <param name="Dimensions">The shape without the batch dimension.</param>
internal sealed record TensorLayout(string Name, IReadOnlyList<int> Dimensions)
{
    private readonly Int128 _length = Dimensions.Aggregate((Int128)1, (a, b) => a * b);

    /// <summary>Gets the number of values per crop.</summary>
    public int Length => checked((int)_length);

    public long[] Shape(int batch) => [batch, .. Dimensions.Select(d => (long)d)];
}
