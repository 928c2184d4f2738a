using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Describes the inputs and outputs of a loaded model, validated once.</summary>
/// <param name="Input">The input, <c>[N, 3, H, W]</c>.</param>
/// <param name="Output">
/// The scores, <c>[N, classes]</c>, possibly with further dimensions of 1 or without the batch dimension, or the pooled features,
/// <c>[N, features]</c>.
/// </param>
/// <param name="Maps">The class activation maps, <c>[N, classes, rows, columns]</c>; null if they were not requested.</param>
/// <param name="FixedBatch">The batch size that the model requires; null if it is variable.</param>
internal sealed record ModelLayout(TensorLayout Input, TensorLayout Output, TensorLayout? Maps, int? FixedBatch)
{
    // ImageNet-21k has 21,841 classes. Labels and results of a claimed two billion would exhaust the memory.
    private const int MaxOutputLength = 1 << 24;

    /// <summary>Gets the number of scores or features per crop.</summary>
    public int OutputLength => Output.Length;

    /// <summary>Reads and validates the inputs and outputs of a session.</summary>
    /// <exception cref="ResNetException">The model is not an image classifier, or its input has another size.</exception>
    public static ModelLayout Read(
        OrtSession session, string model, string? inputName, string? outputName, PreprocessingProfile profile)
    {
        TensorMetadata input = PickInput(session, model, inputName);
        TensorMetadata output = PickOutput(session, model, outputName);
        if (input.ElementType != OnnxElementType.Float || input.Shape.Count != 4 || !Matches(input.Shape[1], 3))
        {
            throw new ResNetException(
                $"The model '{model}' expects {input} instead of {OnnxElementType.Float} [N, 3, H, W]. "
                + "It cannot be adapted, because its file cannot be read as an ONNX model.");
        }

        (int width, int height) = (profile.Crop.Width, profile.Crop.Height);
        if (!Matches(input.Shape[2], height) || !Matches(input.Shape[3], width))
        {
            string size = string.Join('x', input.Shape.Skip(2).Reverse().Select(d => d < 0 ? "?" : d.ToString()));
            throw new ResNetException(
                $"The model '{model}' expects images of {size} pixels, but the profile '{profile.Name}' crops them to {width}x{height}. "
                + "Use a profile whose crop has the size of the input: profile.WithCrop(width, height).");
        }

        TensorLayout image = new(input.Name, [3, height, width]);
        int? fixedBatch = input.Shape[0] > 0 ? (int)input.Shape[0] : null;
        if ((long)(fixedBatch ?? 1) * image.Length > int.MaxValue)
        {
            throw new ResNetException(
                $"The input of the model '{model}' has the fixed batch size {fixedBatch} and more than {int.MaxValue} values in total. "
                + "Export the model with a smaller batch size.");
        }

        if (output.ElementType != OnnxElementType.Float)
        {
            throw new ResNetException(
                $"The model '{model}' returns {output}, but an image classifier returns {OnnxElementType.Float} [N, classes].");
        }

        TensorLayout values = MeasureOutput(session, model, image, output, fixedBatch);
        fixedBatch = values.HasBatch ? fixedBatch : 1;
        TensorLayout? maps = MeasureMaps(session, image, fixedBatch);
        return maps is null || (maps.Dimensions.Count == 3 && maps.Dimensions[0] == values.Length)
            ? new ModelLayout(image, values, maps, fixedBatch)
            : throw new ResNetException(
                $"The model '{model}' returns {values.Length} scores, but its dense layer produces activation maps of shape "
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

    private static TensorLayout MeasureOutput(
        OrtSession session, string model, TensorLayout image, TensorMetadata output, int? fixedBatch)
    {
        IReadOnlyList<long> shape = output.Shape;
        if (shape.Count == 0 || (shape.Count == 1 && shape[0] < 0) || shape.Skip(1).Any(d => d < 0))
        {
            shape = RunBlack(session, image, output.Name, fixedBatch);
        }

        // The scores of one image may lack the batch dimension. A value per image may lack the dimension of classes.
        int batch = fixedBatch ?? 1;
        bool isVector = shape.Count(d => d != 1) <= 1;
        bool hasBatch = shape.Count > 0 && (batch > 1 || !isVector || shape[0] is 1 or < 0);
        Int128 length = shape.Skip(hasBatch ? 1 : 0).Aggregate((Int128)1, (a, d) => a * d);
        bool isOfBatch = !hasBatch || fixedBatch is null || shape[0] < 0 || shape[0] == fixedBatch;
        if (length < 1 || length > MaxOutputLength || !isOfBatch || shape.Skip(hasBatch ? 1 : 0).Count(d => d != 1) > 1)
        {
            throw new ResNetException(
                $"The model '{model}' returns '{output.Name}' {TensorMetadata.FormatShape(shape)} for {(fixedBatch is null ? "N" : batch)} "
                + $"images, but an image classifier returns [N, classes], with at most {MaxOutputLength} classes. "
                + "Set ModelDefinition.OutputName if another output contains the scores.");
        }

        return new TensorLayout(output.Name, [.. shape.Skip(hasBatch ? 1 : 0).Select(d => (int)d)]) { HasBatch = hasBatch };
    }

    private static TensorLayout? MeasureMaps(OrtSession session, TensorLayout input, int? fixedBatch)
    {
        if (session.Outputs.FirstOrDefault(o => o.Name == ModelPreparation.MapsName) is not TensorMetadata output)
        {
            return null;
        }

        IReadOnlyList<long> shape = output.Shape.Count < 2 || output.Shape.Skip(1).Any(d => d < 0)
            ? RunBlack(session, input, output.Name, fixedBatch)
            : output.Shape;
        return new TensorLayout(output.Name, [.. shape.Skip(1).Select(d => (int)d)]);
    }

    // If the file leaves the shape of an output open, a run on a black image determines it.
    private static long[] RunBlack(OrtSession session, TensorLayout input, string output, int? fixedBatch)
    {
        using AlignedBuffer buffer = new((fixedBatch ?? 1) * input.Length);
        using OrtValue tensor = buffer.CreateTensor(input.Shape(fixedBatch ?? 1));
        return session.RunToArray([new NamedTensor(input.Name, tensor)], output).Shape;
    }
}

/// <summary>Describes a float32 input or output of a model.</summary>
/// <param name="Name">The name.</param>
/// <param name="Dimensions">The shape without the batch dimension.</param>
internal sealed record TensorLayout(string Name, IReadOnlyList<int> Dimensions)
{
    private readonly Int128 _length = Dimensions.Aggregate((Int128)1, (a, b) => a * b);

    /// <summary>Gets whether the tensor has a batch dimension. Without it, images run one by one.</summary>
    public bool HasBatch { get; init; } = true;

    /// <summary>Gets the number of values per crop.</summary>
    /// <exception cref="ResNetException">The number exceeds that of an array.</exception>
    public int Length => _length <= int.MaxValue
        ? (int)_length
        : throw new ResNetException(
            $"The tensor '{Name}' of the model has {_length} values per image; the maximum is {int.MaxValue}.");

    public long[] Shape(int batch)
    {
        IEnumerable<long> dimensions = Dimensions.Select(d => (long)d);
        return HasBatch ? [batch, .. dimensions] : [.. dimensions];
    }
}
