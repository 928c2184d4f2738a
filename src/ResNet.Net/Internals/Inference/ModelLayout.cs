namespace ResNet.Net.Internals.Inference;

/// <summary>What a loaded model takes and gives, checked once when it is loaded.</summary>
/// <param name="InputName">The input, <c>[N, 3, Height, Width]</c> float32.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="OutputName">The output, <c>[N, ClassCount]</c> float32, perhaps with further dimensions of 1.</param>
/// <param name="OutputRank">How many dimensions the output has.</param>
/// <param name="ClassCount">Scores a picture.</param>
/// <param name="FixedBatch">The batch size that the file prescribes; null when it is free.</param>
internal sealed record ModelLayout(string InputName, int Height, int Width, string OutputName, int OutputRank, int ClassCount, int? FixedBatch)
{
    public int InputLength => 3 * Height * Width;

    /// <summary>Reads and judges a session's inputs and outputs.</summary>
    /// <exception cref="ResNetException">The model does not have the shape of a picture classifier; both shapes are in the message.</exception>
    public static ModelLayout Read(OrtSession session, string model, string? inputName, string? outputName, int width, int height)
    {
        TensorMetadata input = PickInput(session, model, inputName);
        TensorMetadata output = PickOutput(session, model, outputName);
        string expected = $"Float32 [N, 3, {height}, {width}]";
        if (input.ElementType != TensorElementType.Float32 || input.Shape.Count != 4
            || !Fits(input.Shape[1], 3) || !Fits(input.Shape[2], height) || !Fits(input.Shape[3], width))
        {
            throw new ResNetException(
                $"The model '{model}' takes {input}, but its profile makes {expected}. "
                + "Choose a profile whose crop has the model's size (profile with { Crop = new CropRule(width, height) }); only planar RGB or BGR float inputs are supported.");
        }

        int? fixedBatch = input.Shape[0] > 0 ? checked((int)input.Shape[0]) : null;
        if (output.ElementType != TensorElementType.Float32)
        {
            throw new ResNetException($"The model '{model}' gives {output}, but Float32 [N, classes] is needed.");
        }

        IReadOnlyList<long> shape = output.Shape;
        if (shape.Count < 2 || shape.Skip(1).Any(d => d < 0))
        {
            shape = Probe(session, input.Name, output.Name, fixedBatch ?? 1, height, width);
        }

        if (shape.Count < 2 || shape.Skip(2).Any(d => d != 1) || shape[1] < 1)
        {
            throw new ResNetException($"The model '{model}' gives '{output.Name}' {TensorMetadata.FormatShape(shape)}, but [N, classes] is needed.");
        }

        return new ModelLayout(input.Name, height, width, output.Name, shape.Count, checked((int)shape[1]), fixedBatch);
    }

    /// <summary>The input; the first one where no name is given.</summary>
    /// <exception cref="ResNetException">There is none of that name, or more than one.</exception>
    public static TensorMetadata PickInput(OrtSession session, string model, string? name)
    {
        TensorMetadata input = Pick(session.Inputs, name, "input", model);
        return session.Inputs.Count == 1
            ? input
            : throw new ResNetException($"The model '{model}' has {session.Inputs.Count} inputs ({string.Join(", ", session.Inputs)}); a picture classifier has one.");
    }

    /// <summary>The output; the first one where no name is given.</summary>
    /// <exception cref="ResNetException">There is none of that name.</exception>
    public static TensorMetadata PickOutput(OrtSession session, string model, string? name) => Pick(session.Outputs, name, "output", model);

    public long[] InputShape(int batch) => [batch, 3, Height, Width];

    public long[] OutputShape(int batch)
    {
        long[] shape = new long[OutputRank];
        Array.Fill(shape, 1);
        shape[0] = batch;
        shape[1] = ClassCount;
        return shape;
    }

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

    // The file does not say how many classes there are: one run on a black picture does.
    private static long[] Probe(OrtSession session, string input, string output, int batch, int height, int width)
    {
        using AlignedBuffer buffer = new(batch * 3 * height * width);
        using Interop.OrtValueHandle tensor = session.CreateTensor(buffer, [batch, 3, height, width]);
        return session.RunToArray([new NamedTensor(input, tensor)], output).Shape;
    }
}
