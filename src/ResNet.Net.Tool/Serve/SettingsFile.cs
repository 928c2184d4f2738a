using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Serve;

/// <summary>The settings of <c>resnet serve</c>: JSON with comments and trailing commas, checked before anything is loaded.</summary>
internal sealed class SettingsFile
{
    private const string Option = "--settings";

    // Settings of the server and of ASP.NET Core. Others would be typing errors without effect.
    private static readonly string[] Sections
        = ["ResNet", "Kestrel", "Logging", "AllowedHosts", "Urls", "Http_Ports", "Https_Ports", "ForwardedHeaders_Enabled", "$schema"];

    // As the configuration reads JSON.
    private static readonly JsonDocumentOptions Syntax = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly string _path;
    private readonly string _json;

    private SettingsFile(string path, string json)
    {
        _path = path;
        _json = json;
    }

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The file is not a JSON object, or has an unknown section.</exception>
    public static SettingsFile Read(string path)
    {
        InputFile.Check(Option, path, "a JSON file");
        string json = InputFile.ReadAllText(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Syntax);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new ArgumentException($"{Option}: '{path}' contains a JSON {root.ValueKind} instead of an object with sections.");
            }

            // "ResNet:Server:Page" is a path of sections.
            foreach (string section in root.EnumerateObject().Select(p => p.Name.Split(':')[0]))
            {
                if (!Sections.Contains(section, StringComparer.OrdinalIgnoreCase))
                {
                    throw new ArgumentException(
                        $"{Option}: '{path}' has the unknown section '{section}'. Sections: {string.Join(", ", Sections[..^1])}.");
                }
            }
        }
        catch (JsonException exception)
        {
            // The position is at the end of the message, counted from 0.
            string reason = exception.Message.Split(" LineNumber:")[0].TrimEnd('.').ReplaceLineEndings(" ");
            string position = $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";
            throw new ArgumentException($"{Option}: '{path}' is not valid JSON at {position}: {reason}.", exception);
        }

        return new SettingsFile(path, json);
    }

    /// <summary>Adds the settings below all others.</summary>
    /// <exception cref="ArgumentException">A setting occurs twice.</exception>
    public void AddTo(ConfigurationManager configuration)
    {
        try
        {
            // A stream can be read once, but sources are read again when one is added.
            IConfigurationRoot read = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(_json))).Build();
            configuration.Sources.Insert(0, new ChainedConfigurationSource { Configuration = read, ShouldDisposeConfiguration = true });
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException)
        {
            throw new ArgumentException($"{Option}: '{_path}' cannot be used: {exception.Message}", exception);
        }
    }
}
