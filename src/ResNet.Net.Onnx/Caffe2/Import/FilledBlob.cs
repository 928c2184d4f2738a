namespace ResNet.Net.Onnx;

/// <summary>Represents a blob that a network fills with constants.</summary>
/// <param name="Name">The name of the blob.</param>
/// <param name="Source">The operator that fills it.</param>
/// <param name="Shape">The shape; its number of elements fits the values.</param>
internal sealed record FilledBlob(string Name, OperatorReader Source, long[] Shape)
{
    /// <summary>Gets the values of <c>GivenTensorFill</c>.</summary>
    public ReadOnlyMemory<float>? Floats { get; init; }

    /// <summary>Gets the values of <c>Int8GivenTensorFill</c>.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    /// <summary>Gets the values of <c>Int8GivenIntTensorFill</c>.</summary>
    public ReadOnlyMemory<long>? Ints { get; init; }

    /// <summary>Gets the value of each element of <c>ConstantFill</c>.</summary>
    public float? Constant { get; init; }

    /// <summary>Gets the scale of integers.</summary>
    public float Scale { get; init; } = 1;

    /// <summary>Gets the zero point of integers, as stored.</summary>
    public int ZeroPoint { get; init; }

    /// <summary>Gets whether the file determines the values.</summary>
    public bool HasValues => Floats is not null || Bytes is not null || Ints is not null || Constant is not null;

    public long Length => TensorData.LengthOf(Shape) ?? 0;

    /// <summary>Gets the number of bytes that the values take in memory.</summary>
    public long Size => ((Floats?.Length ?? 0) * 4L) + (Bytes?.Length ?? 0) + ((Ints?.Length ?? 0) * 8L);

    /// <summary>Determines whether an operator fills a blob, whether the importer supports it or not.</summary>
    public static bool IsFill(string type) => type.EndsWith("Fill", StringComparison.Ordinal);

    /// <summary>Reads the operator that fills a blob. One that the importer doesn't support results in a blob without values.</summary>
    /// <exception cref="OnnxModelException">The values don't match the shape.</exception>
    public static FilledBlob Read(OperatorReader source)
    {
        if (source.Outputs is not [{ Length: > 0 } name])
        {
            throw source.Error("a filling operator must have one output with a name");
        }

        long[] shape = source.Ints("shape").ToArray();
        FilledBlob blob = new(name, source, shape);
        switch (source.Type)
        {
            case "GivenTensorFill":
                ReadOnlyMemory<float> floats = source.Floats("values");
                Check(source, shape, floats.Length);
                return blob with { Floats = floats };
            case "Int8GivenTensorFill":
                ReadOnlyMemory<byte> bytes = source.Bytes("values")
                    ?? (source.Strings("values") is [ReadOnlyMemory<byte> only] ? only : default);
                Check(source, shape, bytes.Length);
                return blob with
                {
                    Bytes = bytes,
                    Scale = source.Scale(source.Float("Y_scale") ?? 1, "Y_scale"),
                    ZeroPoint = source.Int("Y_zero_point", 0, byte.MinValue, byte.MaxValue),
                };
            case "Int8GivenIntTensorFill":
                ReadOnlyMemory<long> ints = source.Ints("values");
                Check(source, shape, ints.Length);
                return blob with
                {
                    Ints = ints,
                    Scale = source.Scale(source.Float("Y_scale") ?? 1, "Y_scale"),
                    ZeroPoint = source.Int("Y_zero_point", 0, int.MinValue, int.MaxValue),
                };
            case "ConstantFill" when source.Inputs.Count == 0 && source.Int("dtype") is null or 1:
                Check(source, shape, null);
                return blob with { Constant = source.Float("value") ?? 0 };
            default:
                return blob;
        }
    }

    private static void Check(OperatorReader source, long[] shape, int? values)
    {
        if (TensorData.LengthOf(shape) is not long length)
        {
            throw source.Error($"the argument 'shape' is {TensorData.Format(shape)}, which is not a valid shape");
        }

        if (values is int count && count != length)
        {
            throw source.Error($"the shape {TensorData.Format(shape)} has {length} elements, but there are {count} values");
        }
    }
}
