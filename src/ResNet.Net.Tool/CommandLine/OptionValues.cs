using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Parses the values of options; an invalid value becomes a parse error of one line.</summary>
internal static class OptionValues
{
    public static PreprocessingProfile? Profile(ArgumentResult argument)
    {
        string name = argument.Tokens[0].Value;
        PreprocessingProfile? profile
            = PreprocessingProfile.All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (profile is null)
        {
            argument.AddError(
                $"The profile '{name}' does not exist. Profiles: {string.Join(", ", PreprocessingProfile.All.Select(p => p.Name))}.");
        }

        return profile;
    }

    /// <summary>Parses <c>a,b,c</c>.</summary>
    public static ChannelValues? Channels(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        string[] parts = text.Split(',');
        float[] values = new float[3];
        bool valid = parts.Length == values.Length;
        for (int i = 0; valid && i < values.Length; i++)
        {
            valid = float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) && float.IsFinite(values[i]);
        }

        if (!valid)
        {
            argument.AddError($"{OptionName(argument)} requires three numbers such as 0.485,0.456,0.406, not '{text}'.");
            return null;
        }

        return new ChannelValues(values[0], values[1], values[2]);
    }

    /// <summary>Parses <c>n</c> or <c>WxH</c>.</summary>
    public static (int Width, int Height)? Size(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        string[] parts = text.Split('x', 'X');
        if (parts.Length <= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width > 0
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int height) && height > 0)
        {
            return (width, height);
        }

        argument.AddError($"{OptionName(argument)} requires a size such as 224 or 320x240, not '{text}'.");
        return null;
    }

    public static int? Count(ArgumentResult argument) => CountTo(int.MaxValue)(argument);

    /// <summary>Parses a number from 1 to the largest allowed.</summary>
    public static Func<ArgumentResult, int?> CountTo(int largest) => argument =>
    {
        string text = argument.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 && count <= largest)
        {
            return count;
        }

        string range = largest < int.MaxValue ? $"a number from 1 to {largest}" : "a positive number";
        argument.AddError($"{OptionName(argument)} requires {range}, not '{text}'.");
        return null;
    };

    /// <summary>Parses a port, 0 included.</summary>
    public static int? Port(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return port;
        }

        argument.AddError($"{OptionName(argument)} requires a port from 0 to {ushort.MaxValue}, not '{text}'.");
        return null;
    }

    /// <summary>Parses the name of an enumeration value, in any case.</summary>
    public static T OneOf<T>(ArgumentResult argument)
        where T : struct, Enum
    {
        string text = argument.Tokens[0].Value;
        if (Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return Enum.Parse<T>(text, ignoreCase: true);
        }

        argument.AddError($"{OptionName(argument)} requires one of {string.Join(", ", Enum.GetNames<T>())}, not '{text}'.");
        return default;
    }

    /// <summary>Creates an option whose values are the names of an enumeration; shells complete them.</summary>
    public static Option<T> EnumOption<T>(string name, string helpName, string description, T value)
        where T : struct, Enum
    {
        Option<T> option = new(name)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => value,
            CustomParser = OneOf<T>,
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(Enum.GetNames<T>());
        return option;
    }

    /// <summary>Creates an option like <see cref="EnumOption{T}"/> that has no default value.</summary>
    public static Option<T?> OptionalEnumOption<T>(string name, string helpName, string description)
        where T : struct, Enum
    {
        Option<T?> option = new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = argument => OneOf<T>(argument),
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(Enum.GetNames<T>());
        return option;
    }

    /// <summary>Parses a number from 0 to 100.</summary>
    public static double Percent(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) && percent is >= 0 and <= 100)
        {
            return percent;
        }

        argument.AddError($"{OptionName(argument)} requires a number from 0 to 100, not '{text}'.");
        return default;
    }

    /// <summary>Parses numbers from 0.</summary>
    public static double[]? Numbers(ArgumentResult argument)
    {
        double[] values = new double[argument.Tokens.Count];
        for (int i = 0; i < values.Length; i++)
        {
            string text = argument.Tokens[i].Value;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out values[i])
                || !double.IsFinite(values[i]) || values[i] < 0)
            {
                argument.AddError($"{OptionName(argument)} requires numbers from 0, such as 0.01, not '{text}'.");
                return null;
            }
        }

        return values;
    }

    /// <summary>Rejects a mistyped option, which the parser takes for an argument, unless a file has that name.</summary>
    public static void RejectUnknownOptions(ArgumentResult argument)
    {
        if (argument.Tokens.FirstOrDefault(t => t.Value.StartsWith('-') && !Path.Exists(t.Value)) is Token unknown)
        {
            argument.AddError($"There is no option '{unknown.Value}' and no file of that name. See --help.");
        }
    }

    private static string OptionName(ArgumentResult argument) => (argument.Parent as OptionResult)?.Option.Name ?? argument.Argument.Name;
}
