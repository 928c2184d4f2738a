using System.Text.Json;

namespace ResNet.Net;

/// <summary>
/// Reads labels from JSON: an array of labels, an object with indexes as keys or as values, or an object that contains one of these, such
/// as the <c>config.json</c> of a Hugging Face model.
/// </summary>
internal static class LabelJson
{
    private static readonly JsonDocumentOptions Options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    private static readonly string[] Containers = ["id2label", "label2id", "names", "labels", "classes"];

    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="LabelFormatException">The JSON contains no labels.</exception>
    public static LabelList Read(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text, Options);
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array)
        {
            return ReadArray(root, "");
        }

        foreach (string name in Containers)
        {
            if (root.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
            {
                return value.ValueKind == JsonValueKind.Array ? ReadArray(value, name)
                    : name == "label2id" ? ReadIndexes(value) ?? throw new LabelFormatException("a value of label2id is not an index")
                    : ReadObject(value, name);
            }
        }

        return ReadObject(root, "");
    }

    private static LabelList ReadArray(JsonElement array, string path)
    {
        LabelList labels = new();
        int index = 0;
        foreach (JsonElement element in array.EnumerateArray())
        {
            (string label, string? synsetId) = ReadLabel(element, $"{path}[{index++}]");
            labels.Add(label, synsetId);
        }

        return labels;
    }

    private static LabelList ReadObject(JsonElement container, string path)
    {
        bool hasIndexKeys = container.EnumerateObject().All(p => LabelList.ParseIndex(p.Name) is not null);
        LabelList? byValue = ReadIndexes(container);
        if (!hasIndexKeys)
        {
            return byValue ?? throw new LabelFormatException(
                $"the object{(path.Length > 0 ? $" '{path}'" : "")} maps neither indexes to labels nor labels to indexes: "
                + $"it has the property '{LabelFormatException.Quote(FirstOther(container))}'");
        }

        LabelList labels = new();
        bool isAmbiguous = false;
        foreach (JsonProperty property in container.EnumerateObject())
        {
            bool isNumber = byValue is not null && property.Value.ValueKind == JsonValueKind.Number;
            (string label, string? synsetId) = isNumber ? (property.Value.GetRawText(), null) : ReadLabel(property.Value, property.Name);
            labels.Add(LabelList.ParseIndex(property.Name)!.Value, label, synsetId);
            isAmbiguous |= byValue is not null && label != property.Name;
        }

        return isAmbiguous
            ? throw new LabelFormatException("both keys and values are indexes, so that the labels are ambiguous; use an array")
            : labels;
    }

    private static string FirstOther(JsonElement container)
        => container.EnumerateObject().First(p => LabelList.ParseIndex(p.Name) is null).Name;

    /// <summary>Reads an object whose values are indexes; null if a value is none.</summary>
    private static LabelList? ReadIndexes(JsonElement container)
    {
        LabelList labels = new();
        foreach (JsonProperty property in container.EnumerateObject())
        {
            string? value = property.Value.ValueKind is JsonValueKind.Number or JsonValueKind.String ? property.Value.ToString() : null;
            if (value is null || LabelList.ParseIndex(value) is not long index)
            {
                return null;
            }

            labels.Add(index, property.Name);
        }

        return labels;
    }

    /// <summary>Reads a label, or a synset id and a label.</summary>
    private static (string Label, string? SynsetId) ReadLabel(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return (element.GetString()!, null);
        }

        if (element.ValueKind == JsonValueKind.Array
            && element.GetArrayLength() == 2
            && element[0].ValueKind == JsonValueKind.String
            && element[1].ValueKind == JsonValueKind.String
            && LabelList.IsSynsetId(element[0].GetString()!))
        {
            return (element[1].GetString()!, element[0].GetString());
        }

        throw new LabelFormatException(
            $"the value of '{LabelFormatException.Quote(path)}' is {LabelFormatException.Quote(element.GetRawText())}, "
            + "which is neither a label nor [\"n01440764\", \"label\"]");
    }
}
