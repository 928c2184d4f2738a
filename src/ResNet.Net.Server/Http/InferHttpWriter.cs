using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Server;

/// <summary>Writes inference responses: a JSON object, followed by the binary data of the outputs that are binary.</summary>
internal static class InferHttpWriter
{
    /// <summary>The header with the length of the JSON object, if binary data follows it.</summary>
    public const string LengthHeader = "Inference-Header-Content-Length";

    public static async Task WriteAsync(HttpContext context, InferResponse response)
    {
        List<byte[]> binary = [.. response.Outputs.Where(o => o.IsBinary).Select(ToBinary)];
        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            Write(writer, response, binary);
        }

        context.Response.ContentType = binary.Count > 0 ? "application/octet-stream" : "application/json";
        context.Response.ContentLength = json.WrittenCount + binary.Sum(b => (long)b.Length);
        if (binary.Count > 0)
        {
            context.Response.Headers[LengthHeader] = json.WrittenCount.ToString(CultureInfo.InvariantCulture);
        }

        await context.Response.Body.WriteAsync(json.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        foreach (byte[] data in binary)
        {
            await context.Response.Body.WriteAsync(data, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Returns the binary form of an output: values in little-endian order, or strings that follow their lengths.</summary>
    public static byte[] ToBinary(OutputTensor output)
    {
        if (output.Values is float[] values)
        {
            byte[] bytes = new byte[values.Length * sizeof(float)];
            for (int i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
            }

            return bytes;
        }

        List<byte> data = [];
        Span<byte> length = stackalloc byte[sizeof(uint)];
        foreach (string text in output.Strings!)
        {
            byte[] encoded = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, encoded.Length);
            data.AddRange(length);
            data.AddRange(encoded);
        }

        return [.. CollectionsMarshal.AsSpan(data)];
    }

    private static void Write(Utf8JsonWriter writer, InferResponse response, List<byte[]> binary)
    {
        writer.WriteStartObject();
        writer.WriteString("model_name"u8, response.ModelName);
        writer.WriteString("model_version"u8, response.ModelVersion);
        if (response.Id is string id)
        {
            writer.WriteString("id"u8, id);
        }

        writer.WriteStartArray("outputs"u8);
        int position = 0;
        foreach (OutputTensor output in response.Outputs)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, output.Name);
            writer.WriteString("datatype"u8, output.Datatype);
            writer.WriteStartArray("shape"u8);
            foreach (long dimension in output.Shape)
            {
                writer.WriteNumberValue(dimension);
            }

            writer.WriteEndArray();
            if (output.IsBinary)
            {
                writer.WriteStartObject("parameters"u8);
                writer.WriteNumber("binary_data_size"u8, binary[position++].Length);
                writer.WriteEndObject();
            }
            else
            {
                WriteData(writer, output);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter writer, OutputTensor output)
    {
        writer.WriteStartArray("data"u8);
        foreach (float value in output.Values ?? [])
        {
            writer.WriteNumberValue(value);
        }

        foreach (string text in output.Strings ?? [])
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
