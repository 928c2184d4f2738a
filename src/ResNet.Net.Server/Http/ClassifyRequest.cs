using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Server;

/// <summary>Represents the query of <c>POST /classify</c>.</summary>
/// <param name="Model">The model; null for the default one.</param>
/// <param name="Version">The version; null for the highest one.</param>
/// <param name="Top">The number of classes to return.</param>
/// <param name="Crop">Whether to return what the model sees.</param>
/// <param name="Explained">The classes whose activation maps are returned; null within it for the most probable class.</param>
internal sealed record ClassifyRequest(string? Model, string? Version, int Top, bool Crop, IReadOnlyList<int?> Explained)
{
    private const int DefaultTop = 5;
    private const int MostClasses = 1000;
    private const int MostMaps = 10;

    /// <exception cref="ServerException">A value is invalid.</exception>
    public static ClassifyRequest Read(IQueryCollection query)
    {
        string? Value(string name) => query.TryGetValue(name, out var values) && !string.IsNullOrEmpty(values) ? values.ToString() : null;
        return new ClassifyRequest(
            Value("model"),
            Value("version"),
            Value("top") is string top ? Integer("top", top, 1, MostClasses) : DefaultTop,
            Value("crop") switch
            {
                null or "false" => false,
                "true" => true,
                _ => throw ServerException.Invalid("The parameter 'crop' is neither 'true' nor 'false'."),
            },
            Value("explain") switch
            {
                null or "false" => [],
                "true" => [null],
                string text => Classes(text),
            });
    }

    private static List<int?> Classes(string text)
    {
        string[] parts = text.Split(',');
        return parts.Length <= MostMaps
            ? [.. parts.Select(p => (int?)Integer("explain", p, 0, int.MaxValue))]
            : throw ServerException.Invalid($"The parameter 'explain' names more than {MostMaps} classes.");
    }

    private static int Integer(string name, string text, int min, int max)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max
            ? value
            : throw ServerException.Invalid(
                $"The parameter '{name}' is '{InputReader.Shorten(text)}'; use an integer from {min} to {max}.");
}
