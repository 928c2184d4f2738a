using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ResNet.Net.Server.Tests;

/// <summary>Sends requests of the protocol over HTTP, written by the text of the protocol and without code of the server.</summary>
internal static class ProtocolHttp
{
    public const string InferPath = $"/v2/models/{ServerHost.Model}/infer";
    private const string LengthHeader = "Inference-Header-Content-Length";

    /// <summary>Posts a JSON object, followed by binary data.</summary>
    public static Task<Answer> InferAsync(this ServerHost host, string json, byte[]? binary = null, string path = InferPath)
    {
        byte[] header = Encoding.UTF8.GetBytes(json);
        return host.PostAsync(path, [.. header, .. binary ?? []], binary is null ? null : header.Length);
    }

    /// <summary>Posts a body.</summary>
    public static async Task<Answer> PostAsync(this ServerHost host, string path, byte[] body, int? headerLength = null)
    {
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (headerLength is int length)
        {
            content.Headers.Add(LengthHeader, length.ToString(CultureInfo.InvariantCulture));
        }

        using HttpResponseMessage response = await host.Http.PostAsync(path, content);
        return await Answer.ReadAsync(response);
    }

    public static async Task<Answer> GetAsync(this ServerHost host, string path)
    {
        using HttpResponseMessage response = await host.Http.GetAsync(path);
        return await Answer.ReadAsync(response);
    }

    /// <summary>Returns elements that follow their lengths.</summary>
    public static byte[] Elements(params byte[][] elements)
    {
        List<byte> data = [];
        foreach (byte[] element in elements)
        {
            byte[] length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, element.Length);
            data.AddRange([.. length, .. element]);
        }

        return [.. data];
    }

    public static byte[] Bytes(float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static string Numbers(IEnumerable<float> values)
        => string.Join(',', values.Select(v => v.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Represents a response with the binary data after its JSON object.</summary>
    internal sealed record Answer(HttpStatusCode Status, JsonElement Json, byte[] Binary, string Text, HttpResponseMessage Response)
    {
        public JsonElement Outputs => Json.GetProperty("outputs");

        public string Error => Json.GetProperty("error").GetString()!;

        public JsonElement Output(string name) => Outputs.EnumerateArray().Single(o => o.GetProperty("name").GetString() == name);

        public float[] Values(string name) => [.. Output(name).GetProperty("data").EnumerateArray().Select(v => v.GetSingle())];

        public string[] Strings(string name) => [.. Output(name).GetProperty("data").EnumerateArray().Select(v => v.GetString()!)];

        public long[] Shape(string name) => [.. Output(name).GetProperty("shape").EnumerateArray().Select(v => v.GetInt64())];

        public static async Task<Answer> ReadAsync(HttpResponseMessage response)
        {
            byte[] body = await response.Content.ReadAsByteArrayAsync();
            int length = response.Headers.TryGetValues(LengthHeader, out IEnumerable<string>? values)
                ? int.Parse(values.Single(), CultureInfo.InvariantCulture)
                : body.Length;
            string text = Encoding.UTF8.GetString(body, 0, length);
            bool isJson = text.Length > 0 && text[0] is '{' or '[';
            return new Answer(
                response.StatusCode,
                isJson ? JsonDocument.Parse(text).RootElement : default,
                body[length..],
                text,
                response);
        }
    }
}
