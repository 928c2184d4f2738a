using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ResNet.Net.Server;

/// <summary>Validates inputs by the contract of a model and reads their binary forms.</summary>
/// <param name="contract">The contract.</param>
/// <param name="maxImages">The largest number of images in a request.</param>
internal sealed class InputReader(ModelContract contract, int maxImages)
{
    private const int LengthBytes = 4;

    /// <summary>Checks name, datatype and shape of an input.</summary>
    /// <returns>The number of images.</returns>
    /// <exception cref="ServerException">The input does not fit the model.</exception>
    public int Check(string? name, string? datatype, IReadOnlyList<long>? shape)
    {
        TensorMetadata input = contract.Inputs.FirstOrDefault(i => i.Name == name && i.Datatype == datatype)
            ?? contract.Inputs.FirstOrDefault(i => i.Name == name)
            ?? throw ServerException.Invalid(
                $"The model has no input '{Shorten(name)}'. Its inputs are {Describe(contract.Inputs)}; send one of them.");
        if (datatype != input.Datatype)
        {
            throw ServerException.Invalid(
                $"The input '{input.Name}' has the datatype {input.Datatype}, but the request has '{Shorten(datatype)}'.");
        }

        // Clients of servers that batch send [N, 1].
        bool fits = shape is { Count: > 0 } && (input.Datatype == Datatypes.Bytes
            ? shape.Count == 1 || (shape.Count == 2 && shape[1] == 1)
            : shape.Skip(1).SequenceEqual(contract.ImageShape));
        if (!fits || shape![0] < 1)
        {
            throw ServerException.Invalid(
                $"The request has the shape {Describe(shape ?? [])} for the input '{input.Name}', whose shape is {Describe(input.Shape)}. "
                + "The first dimension is the number of images, at least 1.");
        }

        return shape[0] <= maxImages
            ? (int)shape[0]
            : throw ServerException.Invalid($"The request has {shape[0]} images; the maximum is {maxImages}. Send several requests.");
    }

    /// <summary>Returns the number of values of preprocessed images.</summary>
    public long ValueCount(int count) => (long)count * contract.ImageLength;

    /// <summary>Reads values in little-endian order. The input refers to the data.</summary>
    /// <exception cref="ServerException">The data has another length, or a value is not finite.</exception>
    public InputTensor ReadValues(ReadOnlyMemory<byte> data, int count)
    {
        long expected = ValueCount(count) * sizeof(float);
        if (data.Length != expected)
        {
            throw ServerException.Invalid(
                $"The binary data of the input '{contract.TensorInput}' has {data.Length} bytes, but its shape requires {expected}.");
        }

        FloatMemory values = new(data);
        if (!BitConverter.IsLittleEndian)
        {
            Span<int> words = MemoryMarshal.Cast<float, int>(values.GetSpan());
            BinaryPrimitives.ReverseEndianness(words, words);
        }

        return FromValues(values.Memory, count);
    }

    /// <summary>Creates an input of values of the right number.</summary>
    /// <exception cref="ServerException">The number is wrong, or a value is not finite.</exception>
    public InputTensor FromValues(ReadOnlyMemory<float> values, int count)
    {
        long expected = ValueCount(count);
        if (values.Length != expected)
        {
            throw ServerException.Invalid(
                $"The input '{contract.TensorInput}' has {values.Length} values, but its shape requires {expected}.");
        }

        return float.IsFinite(TensorPrimitives.MaxMagnitude(values.Span))
            ? new InputTensor(null, values, count)
            : throw ServerException.Invalid($"The input '{contract.TensorInput}' has a value that is not finite.");
    }

    /// <summary>Reads elements that follow their lengths, each 4 bytes in little-endian order.</summary>
    /// <exception cref="ServerException">The data has another number of elements.</exception>
    public static InputTensor ReadElements(ReadOnlyMemory<byte> data, int count)
    {
        List<ReadOnlyMemory<byte>> elements = [];
        while (!data.IsEmpty && elements.Count < count)
        {
            uint length = data.Length >= LengthBytes ? BinaryPrimitives.ReadUInt32LittleEndian(data.Span) : uint.MaxValue;
            if (length > (uint)Math.Max(0, data.Length - LengthBytes))
            {
                throw ServerException.Invalid(
                    $"The binary data of the input '{ModelContract.ImageInput}' ends within element {elements.Count}. "
                    + "Each element follows its length, 4 bytes in little-endian order.");
            }

            elements.Add(data.Slice(LengthBytes, (int)length));
            data = data[(LengthBytes + (int)length)..];
        }

        return data.IsEmpty
            ? FromElements(elements, count)
            : throw ServerException.Invalid(
                $"The binary data of the input '{ModelContract.ImageInput}' has more than the {count} elements of its shape.");
    }

    /// <summary>Creates an input of encoded images.</summary>
    /// <exception cref="ServerException">The number is wrong.</exception>
    public static InputTensor FromElements(IReadOnlyList<ReadOnlyMemory<byte>> elements, int count)
        => elements.Count == count
            ? new InputTensor(elements, default, count)
            : throw ServerException.Invalid(
                $"The input '{ModelContract.ImageInput}' has {elements.Count} elements, but its shape requires {count}.");

    /// <summary>Shortens text of a client for a message.</summary>
    public static string Shorten(string? text)
    {
        const int Longest = 64;
        text = text is null || text.Length <= Longest ? text ?? "" : $"{text[..Longest]}...";
        return string.Create(text.Length, text, static (span, source) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
            }
        });
    }

    private static string Describe(IReadOnlyList<TensorMetadata> tensors)
        => string.Join(", ", tensors.Select(t => $"'{t.Name}' {t.Datatype} {Describe(t.Shape)}"));

    private static string Describe(IReadOnlyList<long> shape)
    {
        const int Longest = 8;
        return $"[{string.Join(", ", shape.Take(Longest))}{(shape.Count > Longest ? ", ..." : "")}]";
    }
}
