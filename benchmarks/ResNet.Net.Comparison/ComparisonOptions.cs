namespace ResNet.Net.Comparison;

/// <summary>Represents the command line.</summary>
internal sealed record ComparisonOptions(string? Photos, string? Save, bool Anyway, bool Quick, IReadOnlyList<string> Only)
{
    public const string PhotosOption = "--photos";
    public const string SaveOption = "--save";
    public const string AnywayOption = "--anyway";
    public const string QuickOption = "--quick";
    public const string OnlyOption = "--only";

    public static ComparisonOptions Parse(string[] args)
    {
        ComparisonOptions options = new(null, null, false, false, []);
        for (int i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                AnywayOption => options with { Anyway = true },
                QuickOption => options with { Quick = true },
                PhotosOption => options with { Photos = Path.GetFullPath(Value(args, ++i)) },
                SaveOption => options with { Save = Path.GetFullPath(Value(args, ++i)) },
                OnlyOption => options with { Only = Value(args, ++i).Split(',') },
                _ => throw new ArgumentException($"The argument '{args[i]}' is unknown. See --help."),
            };
        }

        return options;
    }

    private static string Value(string[] args, int index)
        => index < args.Length ? args[index] : throw new ArgumentException($"{args[index - 1]} needs a value.");
}
