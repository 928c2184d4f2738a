using System.CommandLine;
using System.CommandLine.Parsing;

namespace ResNet.Net.Samples.Models;

/// <summary>Variants by id, or all of them; an id that does not exist becomes a parse error of one line.</summary>
internal static class VariantArguments
{
    /// <summary>The variants that have a file.</summary>
    public static IReadOnlyList<ResNetVariant> Downloadable { get; } = [.. ResNetVariant.All.Where(v => !v.IsEmbedded)];

    /// <param name="description">What the help says.</param>
    /// <param name="arity">How many.</param>
    /// <param name="allowEmbedded">Whether the embedded model may be named too.</param>
    public static Argument<ResNetVariant[]> Create(string description, ArgumentArity arity, bool allowEmbedded = false)
        => new("ids") { Description = description, Arity = arity, CustomParser = argument => Parse(argument, allowEmbedded) };

    private static ResNetVariant[] Parse(ArgumentResult argument, bool allowEmbedded)
    {
        List<ResNetVariant> variants = [];
        foreach (string id in argument.Tokens.Select(t => t.Value))
        {
            if (id.Equals("all", StringComparison.OrdinalIgnoreCase))
            {
                variants.AddRange(Downloadable);
            }
            else if (!ResNetVariant.TryParse(id, out ResNetVariant? variant))
            {
                argument.AddError($"There is no variant '{id}'. There are: all, {string.Join(", ", Downloadable)}.");
            }
            else if (variant.IsEmbedded && !allowEmbedded)
            {
                argument.AddError($"'{variant.Id}' is embedded in the library: it has no file, and is always here.");
            }
            else
            {
                variants.Add(variant);
            }
        }

        return [.. variants.Distinct()];
    }
}
