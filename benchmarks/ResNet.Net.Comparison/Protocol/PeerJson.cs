using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResNet.Net.Comparison;

/// <summary>Defines the JSON of the protocol.</summary>
internal static class PeerJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };
}
