using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Writes one JSON object a line. ASCII only, so that file names survive every code page.</summary>
internal static class JsonLines
{
    public static void Write<T>(T value, JsonTypeInfo<T> type) => Terminal.RawOut.WriteLine(JsonSerializer.Serialize(value, type));
}
