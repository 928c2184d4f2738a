using System.Text.RegularExpressions;

namespace ResNet.Net.Tool.Serve;

/// <summary>The model of an argument <c>[NAME=]MODEL</c>, and its name in addresses.</summary>
internal sealed partial record ServedModelName(string Name, string Model)
{
    /// <summary>The embedded model, under the name that the examples of the documentation use.</summary>
    public static ServedModelName Embedded { get; } = new("cifar10", ResNetVariant.Cifar10ResNet20.Id);

    /// <summary>Parses an argument. Without a name, it is the ID of the variant or the name of the file without its extension.</summary>
    /// <exception cref="ArgumentException">The name of the file cannot be part of an address.</exception>
    public static ServedModelName Parse(string argument)
    {
        if (!File.Exists(argument) && argument.Split('=', 2) is [string name, { Length: > 0 } model] && NamePattern().IsMatch(name))
        {
            return new ServedModelName(name, model);
        }

        name = ResNetVariant.TryParse(argument, out ResNetVariant? variant) ? variant.Id : Path.GetFileNameWithoutExtension(argument);
        return NamePattern().IsMatch(name)
            ? new ServedModelName(name, argument)
            : throw new ArgumentException(
                $"'{name}' cannot be part of an address. Specify a name of letters, digits, '.', '_' or '-': my-model={argument}");
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex NamePattern();
}
