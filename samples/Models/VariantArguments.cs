using System.CommandLine;
using System.CommandLine.Parsing;

namespace ResNet.Net.Samples.Models;

/// <summary>Variants by id, or all of them; an id that does not exist becomes a parse error of one line.</summary>
internal static class VariantArguments
{
    /// <summary>The variants that have a file.</summary>
    public static IReadOnlyList<ResNetVariant> Downloadable { get; } = [.. ResNetVariant.All.Where(v => !v.IsEmbedded)];

    public static Argument<ResNetVariant[]> Create(string description, ArgumentArity arity)
        => new("ids") { Description = description, Arity = arity, CustomParser = Parse };

    private static ResNetVariant[] Parse(ArgumentResult argument)
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
            else if (variant.IsEmbedded)
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
