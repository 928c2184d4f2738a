using System.Text.Json;

namespace ResNet.Net;

/// <summary>Recognizes the format of labels in text: JSON, a literal of Python, a dataset file of Ultralytics (YAML), or lines.</summary>
internal static class LabelParser
{
    /// <param name="text">The text.</param>
    /// <param name="name">The display name of the set.</param>
    /// <param name="source">The source, for messages.</param>
    /// <exception cref="ResNetException">The text contains no labels, or they are incomplete. The message has the source.</exception>
    public static LabelSet Parse(string text, string name, string source)
    {
        try
        {
            return Read(text.TrimStart('\uFEFF').Trim()).ToLabelSet(name, source);
        }
        catch (LabelFormatException exception)
        {
            throw new ResNetException($"The labels in '{source}' cannot be read: {exception.Message}.", exception);
        }
    }

    private static LabelList Read(string text)
    {
        // A line with a label can start with a bracket too: only what follows it shows a collection.
        char next = text.Length > 1 ? text.AsSpan(1).TrimStart() is [char first, ..] ? first : '\0' : '\0';
        bool isCollection = text switch
        {
            ['{', ..] => next is '"' or '\'' or '}' or '/' or '#' || char.IsAsciiDigit(next),
            ['[', ..] => next is '"' or '\'' or ']' or '[' || (next is '/' or '#' && text.EndsWith(']')),
            _ => false,
        };
        if (isCollection)
        {
            return ReadCollection(text, isJson: next is not ('\'' or '#') && !char.IsAsciiDigit(next));
        }

        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        return LabelYaml.Recognizes(lines) ? LabelYaml.Read(lines) : LabelLines.Read(lines);
    }

    private static LabelList ReadCollection(string text, bool isJson)
    {
        try
        {
            return LabelJson.Read(text);
        }
        catch (InvalidOperationException exception)
        {
            throw new LabelFormatException($"the JSON contains text that is not valid UTF-16: {exception.Message.TrimEnd('.')}");
        }
        catch (JsonException json)
        {
            try
            {
                return LabelLiteral.Read(text, isYaml: false);
            }
            catch (LabelFormatException) when (isJson)
            {
                // The message of the exception repeats the position, in the words of the serializer.
                string reason = json.Message.Split(" LineNumber: ")[0].Split(" Path: ")[0].TrimEnd('.');
                throw new LabelFormatException(
                    $"the JSON is invalid at line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}: "
                    + LabelFormatException.Quote(reason));
            }
        }
    }
}
