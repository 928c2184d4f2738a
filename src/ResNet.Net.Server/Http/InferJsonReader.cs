using System.Globalization;
using System.Text.Json;

namespace ResNet.Net.Server;

/// <summary>
/// Reads inference requests in JSON, with the binary data that follows it. Values are read straight into memory of the size that the
/// shape requires, which counts as memory of the body.
/// </summary>
internal static class InferJsonReader
{
    /// <summary>Reads a request.</summary>
    /// <param name="json">The JSON object.</param>
    /// <param name="binary">The binary data after it.</param>
    /// <param name="contract">The contract of the model.</param>
    /// <param name="inputs">Validates inputs.</param>
    /// <param name="body">The body, which provides the memory for data in JSON.</param>
    /// <exception cref="ServerException">The request is invalid.</exception>
    public static InferRequest Read(
        ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> binary, ModelContract contract, InputReader inputs, RequestBody body)
    {
        try
        {
            return ReadRequest(json.Span, binary, contract, inputs, body);
        }
        catch (JsonException exception)
        {
            // Messages of the reader may quote the input; their position is enough.
            string where = exception is { LineNumber: long line, BytePositionInLine: long position }
                ? $" at line {line + 1}, byte {position + 1}"
                : "";
            throw ServerException.Invalid($"The body is not a valid inference request in JSON: there is an error{where}.");
        }
    }

    /// <summary>Returns whether a value has another type than its property requires, or is text that cannot be decoded.</summary>
    private static bool IsOfValue(Exception exception) => exception is InvalidOperationException or FormatException;

    /// <summary>Returns the error of a value.</summary>
    /// <param name="json">The request.</param>
    /// <param name="index">The index of the value in it.</param>
    private static ServerException InvalidValue(ReadOnlySpan<byte> json, long index)
    {
        ReadOnlySpan<byte> before = json[..(int)Math.Min(index, json.Length)];
        int line = before.Count((byte)'\n') + 1, position = before.Length - before.LastIndexOf((byte)'\n');
        return ServerException.Invalid(
            "The body is not a valid inference request in JSON: "
            + $"the value at line {line}, byte {position} has another type than required, or is not valid text.");
    }

    private static InferRequest ReadRequest(
        ReadOnlySpan<byte> json, ReadOnlyMemory<byte> binary, ModelContract contract, InputReader inputs, RequestBody body)
    {
        string? id = null;
        TimeSpan? timeout = null;
        bool isBinaryOutput = false;
        Range inputRange = default, outputRange = default;
        Utf8JsonReader reader = new(json);
        try
        {
            Require(ref reader, JsonTokenType.StartObject, "The request");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("id"u8))
                {
                    reader.Read();
                    id = reader.GetString();
                }
                else if (reader.ValueTextEquals("parameters"u8))
                {
                    JsonParameters parameters = JsonParameters.Read(ref reader);
                    isBinaryOutput = parameters.GetBoolean("binary_data_output") ?? false;
                    timeout = TimeoutOf(parameters.GetInteger(ModelContract.TimeoutParameter));
                }
                else if (reader.ValueTextEquals("inputs"u8))
                {
                    inputRange = Skip(ref reader);
                }
                else if (reader.ValueTextEquals("outputs"u8))
                {
                    outputRange = Skip(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        catch (Exception exception) when (IsOfValue(exception))
        {
            throw InvalidValue(json, reader.TokenStartIndex);
        }

        if (reader.Read())
        {
            throw ServerException.Invalid("The body continues after the JSON object.");
        }

        InputTensor input = ReadInputs(json, inputRange, binary, inputs, contract, body);
        return new InferRequest(id, input, ReadOutputs(json, outputRange, isBinaryOutput, contract), timeout);
    }

    /// <summary>Converts the parameter <c>timeout</c>.</summary>
    /// <exception cref="ServerException">The time is negative.</exception>
    public static TimeSpan? TimeoutOf(long? microseconds) => microseconds switch
    {
        null or 0 => null,
        > 0 and long value => TimeSpan.FromMicroseconds(Math.Min(value, 86_400_000_000)),
        _ => throw ServerException.Invalid(
            $"The parameter '{ModelContract.TimeoutParameter}' is {microseconds}; it is a positive number of microseconds."),
    };

    private static InputTensor ReadInputs(
        ReadOnlySpan<byte> request,
        Range range,
        ReadOnlyMemory<byte> binary,
        InputReader inputs,
        ModelContract contract,
        RequestBody body)
    {
        ReadOnlySpan<byte> json = request[range];
        Utf8JsonReader reader = new(json, isFinalBlock: true, default);
        if (json.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            throw ServerException.Invalid("The request has no array 'inputs'.");
        }

        InputTensor? input = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (input is not null)
            {
                throw ServerException.Invalid(
                    $"The request has several inputs. Send either '{ModelContract.ImageInput}' or '{contract.TensorInput}'.");
            }

            try
            {
                input = ReadInput(ref reader, json, binary, inputs, body);
            }
            catch (Exception exception) when (IsOfValue(exception))
            {
                throw InvalidValue(request, range.Start.Value + reader.TokenStartIndex);
            }
        }

        return input ?? throw ServerException.Invalid("The array 'inputs' is empty.");
    }

    private static InputTensor ReadInput(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ReadOnlyMemory<byte> binary, InputReader inputs, RequestBody body)
    {
        string? name = null, datatype = null;
        List<long>? shape = null;
        JsonParameters parameters = default;
        Range? data = null;
        Require(reader.TokenType, JsonTokenType.StartObject, "An input");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                name = reader.GetString();
            }
            else if (reader.ValueTextEquals("datatype"u8))
            {
                reader.Read();
                datatype = reader.GetString();
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                shape = ReadShape(ref reader);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                parameters = JsonParameters.Read(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                data = Skip(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        int count = inputs.Check(name, datatype, shape);
        bool isImage = datatype == Datatypes.Bytes;
        if (parameters.GetInteger("binary_data_size") is long size)
        {
            return size != binary.Length
                ? throw ServerException.Invalid(
                    $"The parameter 'binary_data_size' is {size}, but {binary.Length} bytes follow the JSON object.")
                : data is not null ? throw ServerException.Invalid("The input has both 'data' and binary data.")
                : isImage ? InputReader.ReadElements(binary, count) : inputs.ReadValues(binary, count);
        }

        if (data is not Range range)
        {
            throw ServerException.Invalid("The input has neither 'data' nor the parameter 'binary_data_size'.");
        }

        if (!binary.IsEmpty)
        {
            throw ServerException.Invalid(
                "Binary data follows the JSON object, but the input does not have the parameter 'binary_data_size'.");
        }

        if (parameters.GetString("content_type") is string type && type != "base64")
        {
            throw ServerException.Invalid($"The parameter 'content_type' is '{InputReader.Shorten(type)}'; images in JSON are base64.");
        }

        return isImage
            ? InputReader.FromElements(JsonTensorData.ReadElements(json[range], count, body), count)
            : inputs.FromValues(JsonTensorData.ReadValues(json[range], inputs.ValueCount(count), body), count);
    }

    private static List<long> ReadShape(ref Utf8JsonReader reader)
    {
        const int MostDimensions = 16;
        reader.Read();
        Require(reader.TokenType, JsonTokenType.StartArray, "The shape of an input");
        List<long> shape = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (shape.Count == MostDimensions || !reader.TryGetInt64(out long dimension))
            {
                throw ServerException.Invalid($"The shape of an input is invalid: use an array of at most {MostDimensions} integers.");
            }

            shape.Add(dimension);
        }

        return shape;
    }

    private static List<RequestedOutput>? ReadOutputs(ReadOnlySpan<byte> request, Range range, bool isBinary, ModelContract contract)
    {
        ReadOnlySpan<byte> json = request[range];
        List<RequestedOutput> outputs = [];
        if (!json.IsEmpty)
        {
            Utf8JsonReader reader = new(json);
            Require(ref reader, JsonTokenType.StartArray, "'outputs'");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (outputs.Count > contract.Outputs.Count)
                {
                    throw ServerException.Invalid($"The model has {contract.Outputs.Count} outputs, but the request names more.");
                }

                try
                {
                    outputs.Add(ReadOutput(ref reader, isBinary));
                }
                catch (Exception exception) when (IsOfValue(exception))
                {
                    throw InvalidValue(request, range.Start.Value + reader.TokenStartIndex);
                }
            }
        }

        return [.. OutputSelection.Resolve(contract, outputs, isBinary)];
    }

    private static RequestedOutput ReadOutput(ref Utf8JsonReader reader, bool isBinary)
    {
        string? name = null;
        JsonParameters parameters = default;
        Require(reader.TokenType, JsonTokenType.StartObject, "An output");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                name = reader.GetString();
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                parameters = JsonParameters.Read(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        int? classes = parameters.GetInteger(ModelContract.ClassificationParameter) is long count
            ? (int)Math.Clamp(count, int.MinValue, int.MaxValue)
            : null;
        return new RequestedOutput(name ?? "", classes, parameters.GetBoolean("binary_data") ?? isBinary);
    }

    /// <summary>Skips the value of a property and returns its position.</summary>
    private static Range Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }

    private static void Require(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        reader.Read();
        Require(reader.TokenType, type, what);
    }

    private static void Require(JsonTokenType actual, JsonTokenType required, string what)
    {
        if (actual != required)
        {
            string kind = required == JsonTokenType.StartObject ? "object" : "array";
            throw ServerException.Invalid(string.Create(CultureInfo.InvariantCulture, $"{what} is not a JSON {kind}."));
        }
    }
}
