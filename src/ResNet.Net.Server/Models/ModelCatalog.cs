using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Server;

/// <summary>Finds models by name and version.</summary>
internal sealed class ModelCatalog
{
    private readonly Dictionary<string, ServedModel[]> _models;

    public ModelCatalog(IEnumerable<ServedModel> models)
    {
        All = [.. models];
        _models = All.GroupBy(m => m.Name, StringComparer.Ordinal).ToDictionary(
            g => g.Key,
            g => g.OrderBy(m => VersionNumber(m.Version)).ThenBy(m => m.Version, StringComparer.Ordinal).ToArray(),
            StringComparer.Ordinal);
    }

    /// <summary>Gets all versions of all models, in the order in which they were added.</summary>
    public IReadOnlyList<ServedModel> All { get; }

    /// <summary>Gets whether all models are ready.</summary>
    public bool IsReady => All.All(m => m.IsReady);

    /// <summary>Returns a version of a model, or the highest version if none is named.</summary>
    /// <exception cref="ServerException">There is no such model or version.</exception>
    public ServedModel Find(string? name, string? version)
    {
        ServedModel[] versions = VersionsOf(name);
        return string.IsNullOrEmpty(version)
            ? versions[^1]
            : versions.FirstOrDefault(m => m.Version == version)
                ?? throw new ServerException(
                    StatusCodes.Status404NotFound,
                    $"The model '{versions[0].Name}' has no version '{InputReader.Shorten(version)}'. "
                    + $"It has {string.Join(", ", versions.Select(m => $"'{m.Version}'"))}.");
    }

    /// <summary>Returns all versions of a model, the highest last.</summary>
    /// <exception cref="ServerException">There is no such model.</exception>
    public ServedModel[] VersionsOf(string? name)
        => _models.GetValueOrDefault(name ?? "")
            ?? throw new ServerException(
                StatusCodes.Status404NotFound, $"There is no model '{InputReader.Shorten(name)}'. GET /models lists the models.");

    private static long VersionNumber(string version)
        => long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1;
}
