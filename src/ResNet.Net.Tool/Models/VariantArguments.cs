using System.CommandLine;
using System.CommandLine.Parsing;

namespace ResNet.Net.Tool.Models;

/// <summary>Parses IDs of variants, or <c>all</c>; an unknown ID becomes a parse error of one line.</summary>
internal static class VariantArguments
{
    /// <summary>The variants whose files the store downloads: those with a published SHA-256.</summary>
    public static IReadOnlyList<ResNetVariant> Downloadable { get; }
        = [.. ResNetVariant.All.Where(v => !v.IsEmbedded && v.PackageId is null && v.Files.All(f => f.Sha256 is not null))];

    /// <summary>The variants that can be in the store.</summary>
    public static IReadOnlyList<ResNetVariant> Stored { get; } = [.. ResNetVariant.All.Where(v => !v.IsEmbedded)];

    /// <param name="description">The help text.</param>
    /// <param name="arity">The allowed number of IDs.</param>
    /// <param name="all">The variants that <c>all</c> stands for.</param>
    /// <param name="allowEmbedded">Whether embedded models are allowed.</param>
    public static Argument<ResNetVariant[]> Create(
        string description, ArgumentArity arity, IReadOnlyList<ResNetVariant> all, bool allowEmbedded = false)
    {
        Argument<ResNetVariant[]> ids = new("ids")
        {
            Description = description,
            HelpName = "ids",
            Arity = arity,
            CustomParser = argument => Parse(argument, all, allowEmbedded),
        };
        ids.CompletionSources.Add([.. ResNetVariant.All.Where(v => allowEmbedded || !v.IsEmbedded).Select(v => v.Id), "all"]);
        return ids;
    }

    private static ResNetVariant[] Parse(ArgumentResult argument, IReadOnlyList<ResNetVariant> all, bool allowEmbedded)
    {
        List<ResNetVariant> variants = [];
        foreach (string id in argument.Tokens.Select(t => t.Value))
        {
            if (id.Equals("all", StringComparison.OrdinalIgnoreCase))
            {
                variants.AddRange(all);
            }
            else if (!ResNetVariant.TryParse(id, out ResNetVariant? variant))
            {
                argument.AddError($"The variant '{id}' does not exist. Variants: all, {string.Join(", ", Stored)}.");
            }
            else if (variant.IsEmbedded && !allowEmbedded)
            {
                argument.AddError($"'{variant.Id}' is embedded in the library and always available. Name a variant that has a file.");
            }
            else
            {
                variants.Add(variant);
            }
        }

        return [.. variants.Distinct()];
    }
}
