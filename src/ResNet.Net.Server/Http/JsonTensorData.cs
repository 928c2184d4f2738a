using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace ResNet.Net.Server;

/// <summary>Reads the data of tensors in JSON: flat or nested arrays.</summary>
internal static class JsonTensorData
{
    /// <summary>Reads numbers.</summary>
    /// <param name="json">The array.</param>
    /// <param name="count">The number of values that the shape requires.</param>
    /// <param name="body">Provides the memory.</param>
    /// <exception cref="ServerException">The number differs, or an element is not a number.</exception>
    public static ReadOnlyMemory<float> ReadValues(ReadOnlySpan<byte> json, long count, RequestBody body)
    {
        // A value takes at least two bytes, such as "0,". A shape must not make the server allocate more than the client has sent.
        if (count > json.Length / 2)
        {
            throw WrongCount(count);
        }

        FloatMemory memory = new(body.Rent(count * sizeof(float)));
        Span<float> values = memory.GetSpan();
        int read = 0;
        Utf8JsonReader reader = new(json);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.EndArray:
                    break;
                case JsonTokenType.Number when read < count:
                    values[read++] = reader.GetSingle();
                    break;
                case JsonTokenType.Number:
                    throw WrongCount(count);
                default:
                    throw ServerException.Invalid($"Element {read} of 'data' is not a number.");
            }
        }

        return read == count ? memory.Memory : throw WrongCount(count);
    }

    /// <summary>Reads strings of base64.</summary>
    /// <exception cref="ServerException">The number differs, or an element is not base64.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ReadElements(ReadOnlySpan<byte> json, int count, RequestBody body)
    {
        List<ReadOnlyMemory<byte>> elements = [];
        Utf8JsonReader reader = new(json);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.EndArray:
                    break;
                case JsonTokenType.String when elements.Count == count:
                    throw WrongCount(count);
                case JsonTokenType.String when TryDecode(ref reader, body, out ReadOnlyMemory<byte> bytes):
                    elements.Add(bytes);
                    break;
                default:
                    throw ServerException.Invalid(
                        $"Element {elements.Count} of 'data' is not a string of base64. Images in JSON are base64; "
                        + "binary data after the JSON object is a third shorter.");
            }
        }

        return elements.Count == count ? elements : throw WrongCount(count);
    }

    /// <summary>Decodes a string of base64 into memory of the body.</summary>
    private static bool TryDecode(ref Utf8JsonReader reader, RequestBody body, out ReadOnlyMemory<byte> bytes)
    {
        Memory<byte> memory = body.Rent(reader.ValueSpan.Length);

        // Removes escapes: serializers write the plus sign of base64 as \u002B.
        int length = reader.CopyString(memory.Span);
        bool succeeded = Base64.DecodeFromUtf8InPlace(memory.Span[..length], out length) == OperationStatus.Done;
        bytes = memory[..length];
        return succeeded;
    }

    private static ServerException WrongCount(long count)
        => ServerException.Invalid($"The number of elements of 'data' is not {count}, the product of the shape.");
}
