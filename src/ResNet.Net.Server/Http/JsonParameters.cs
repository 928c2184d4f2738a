using System.Text.Json;

namespace ResNet.Net.Server;

/// <summary>Represents the parameters of a request, an input or an output. Those that the server doesn't know are ignored.</summary>
internal readonly struct JsonParameters
{
    private const int MostParameters = 64;

    private readonly Dictionary<string, object>? _values;

    private JsonParameters(Dictionary<string, object> values) => _values = values;

    /// <summary>Reads the value of the property at which the reader is.</summary>
    /// <exception cref="ServerException">The value is not an object of strings, numbers and Booleans.</exception>
    public static JsonParameters Read(ref Utf8JsonReader reader)
    {
        Dictionary<string, object> values = new(StringComparer.Ordinal);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return new JsonParameters(values);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Invalid();
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            values[name] = reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString()!,
                JsonTokenType.True => true,
                JsonTokenType.False => false,
                JsonTokenType.Number => reader.TryGetInt64(out long integer) ? (object)integer : reader.GetDouble(),
                _ => throw Invalid(),
            };
            if (values.Count > MostParameters)
            {
                throw ServerException.Invalid($"There are more than {MostParameters} parameters.");
            }
        }

        return new JsonParameters(values);
    }

    /// <exception cref="ServerException">The parameter has another type.</exception>
    public bool? GetBoolean(string name) => Get<bool>(name, "true or false");

    /// <exception cref="ServerException">The parameter has another type.</exception>
    public long? GetInteger(string name) => Get<long>(name, "an integer");

    /// <exception cref="ServerException">The parameter has another type.</exception>
    public string? GetString(string name)
        => _values?.GetValueOrDefault(name) switch
        {
            null => null,
            string text => text,
            _ => throw ServerException.Invalid($"The parameter '{name}' is not a string."),
        };

    private static ServerException Invalid() => ServerException.Invalid("Parameters are an object of strings, numbers and Booleans.");

    private T? Get<T>(string name, string kind)
        where T : struct
        => _values?.GetValueOrDefault(name) switch
        {
            null => null,
            T value => value,
            _ => throw ServerException.Invalid($"The parameter '{name}' is not {kind}."),
        };
}
