using System.Text;
using System.Text.Json;

namespace ResNet.Net;

/// <summary>
/// Reads and writes preprocessing profiles as JSON. A file is untrusted: every property is checked, and unknown ones are rejected.
/// </summary>
internal static class ProfileJson
{
    private const int CurrentVersion = 1;
    private const int MaxNameLength = 200;

    // Larger than any image that fits into memory; a profile in code has no such limit.
    private const int MaxSide = 65_535;

    private static readonly string[] Properties =
    [
        "version", "name", "resize", "interpolation", "crop", "channels", "range", "mean", "std", "autoOrient", "shrinkOnLoad",
    ];

    /// <exception cref="ResNetException">The profile has a value that the format cannot express.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static string Write(PreprocessingProfile profile)
    {
        profile.Validate();
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("version", CurrentVersion);
            json.WriteString("name", profile.Name);
            json.WriteStartObject("resize");
            json.WriteBoolean("keepsAspectRatio", profile.Resize.KeepsAspectRatio);
            json.WriteNumber("width", profile.Resize.Width);
            json.WriteNumber("height", profile.Resize.Height);
            json.WriteString("rounding", $"{profile.Resize.Rounding}");
            json.WriteEndObject();
            json.WriteString("interpolation", $"{profile.Interpolation}");
            json.WriteStartObject("crop");
            json.WriteNumber("width", profile.Crop.Width);
            json.WriteNumber("height", profile.Crop.Height);
            json.WriteString("rounding", $"{profile.Crop.Rounding}");
            json.WriteEndObject();
            json.WriteString("channels", $"{profile.Channels}");
            json.WriteString("range", $"{profile.Range}");
            WriteChannels(json, "mean", profile.Mean);
            WriteChannels(json, "std", profile.Std);
            json.WriteBoolean("autoOrient", profile.AutoOrient);
            json.WriteBoolean("shrinkOnLoad", profile.ShrinkOnLoad);
            json.WriteEndObject();
        }

        string text = Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        string source = $"The profile '{profile.Name}'";

        // Equality includes every property, so that none can be lost.
        return Read(text, source) == profile
            ? text
            : throw new ResNetException(
                $"{source} cannot be written to the metadata of a model: it has a property that the format does not contain. "
                + "Set it in ModelDefinition.Profile instead.");
    }

    /// <param name="text">The JSON.</param>
    /// <param name="source">The source, for messages.</param>
    /// <exception cref="ResNetException">The JSON is invalid, or a value is out of range.</exception>
    public static PreprocessingProfile Read(string text, string source)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            PreprocessingProfile profile = Read(document.RootElement);
            profile.Validate();
            return profile;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException
            or InvalidOperationException) // text that is not valid UTF-16
        {
            string reason = exception.Message.Split(" (Parameter '")[0].TrimEnd('.');
            throw new ResNetException($"The preprocessing profile ({source}) is invalid: {reason}.", exception);
        }
    }

    private static PreprocessingProfile Read(JsonElement json)
    {
        CheckProperties(json, "the profile", Properties);
        int version = Integer(json, "version", int.MaxValue);
        if (version != CurrentVersion)
        {
            throw new FormatException(
                $"its version is {version}, but this version of ResNet.Net reads version {CurrentVersion}. Update ResNet.Net");
        }

        JsonElement crop = Get(json, "crop", JsonValueKind.Object);
        CheckProperties(crop, "crop", ["width", "height", "rounding"]);
        return new PreprocessingProfile
        {
            Name = Text(json, "name"),
            Resize = ReadResize(Get(json, "resize", JsonValueKind.Object)),
            Interpolation = OneOf<Interpolation>(json, "interpolation"),
            Crop = new CropRule(
                Integer(crop, "width", MaxSide), Integer(crop, "height", MaxSide), OneOf<CropRounding>(crop, "rounding")),
            Channels = OneOf<ChannelOrder>(json, "channels"),
            Range = OneOf<ValueRange>(json, "range"),
            Mean = ReadChannels(json, "mean"),
            Std = ReadChannels(json, "std"),
            AutoOrient = Boolean(json, "autoOrient"),
            ShrinkOnLoad = Boolean(json, "shrinkOnLoad"),
        };
    }

    private static ResizeRule ReadResize(JsonElement json)
    {
        CheckProperties(json, "resize", ["keepsAspectRatio", "width", "height", "rounding"]);
        int width = Integer(json, "width", MaxSide);
        int height = Integer(json, "height", MaxSide);
        LongSideRounding rounding = OneOf<LongSideRounding>(json, "rounding");
        if (!Boolean(json, "keepsAspectRatio"))
        {
            return ResizeRule.Squash(width, height);
        }

        return width == height
            ? ResizeRule.ShortSide(width, rounding)
            : throw new FormatException("a resize that keeps the aspect ratio needs one length, but width and height differ");
    }

    private static void WriteChannels(Utf8JsonWriter json, string name, ChannelValues values)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(values.First);
        json.WriteNumberValue(values.Second);
        json.WriteNumberValue(values.Third);
        json.WriteEndArray();
    }

    private static ChannelValues ReadChannels(JsonElement json, string name)
    {
        JsonElement array = Get(json, name, JsonValueKind.Array);
        return array.GetArrayLength() == 3 && array.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number)
            ? new ChannelValues(array[0].GetSingle(), array[1].GetSingle(), array[2].GetSingle())
            : throw new FormatException($"'{name}' must be an array of three numbers");
    }

    private static void CheckProperties(JsonElement json, string name, string[] properties)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{name} must be an object");
        }

        HashSet<string> seen = [];
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (!properties.Contains(property.Name) || !seen.Add(property.Name))
            {
                string problem = properties.Contains(property.Name) ? "occurs twice" : "is unknown";
                throw new FormatException($"the property '{LabelFormatException.Quote(property.Name)}' of {name} {problem}");
            }
        }
    }

    private static JsonElement Get(JsonElement json, string name, JsonValueKind kind)
        => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind
            ? value
            : throw new FormatException($"'{name}' is missing or is not of the type {kind}");

    private static int Integer(JsonElement json, string name, int largest)
        => Get(json, name, JsonValueKind.Number).TryGetInt32(out int value) && value >= 1 && value <= largest
            ? value
            : throw new FormatException($"'{name}' must be an integer from 1 to {largest}");

    private static bool Boolean(JsonElement json, string name)
        => json.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw new FormatException($"'{name}' must be true or false");

    private static string Text(JsonElement json, string name)
    {
        string text = Get(json, name, JsonValueKind.String).GetString()!;
        return text.Length <= MaxNameLength && !text.Any(char.IsControl)
            ? text
            : throw new FormatException($"'{name}' must have at most {MaxNameLength} characters and no control characters");
    }

    private static T OneOf<T>(JsonElement json, string name)
        where T : struct, Enum
    {
        string text = Get(json, name, JsonValueKind.String).GetString()!;
        int index = Array.IndexOf(Enum.GetNames<T>(), text);
        return index >= 0
            ? Enum.GetValues<T>()[index]
            : throw new FormatException(
                $"'{name}' is '{LabelFormatException.Quote(text)}', which is none of {string.Join(", ", Enum.GetNames<T>())}");
    }
}
