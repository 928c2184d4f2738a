using System.Globalization;

namespace ResNet.Net.Fuzz;

/// <summary>Represents the command line.</summary>
internal sealed record FuzzOptions(string Target, long Count, int Seed, int Processes, TimeSpan Duration, string Output)
{
    public const string Usage =
        """
        dotnet run -c Release --project tests/Fuzz -- TARGET [--count N] [--seed S] [--processes P] [--minutes M] [--output FOLDER]
        dotnet run -c Release --project tests/Fuzz -- TARGET --replay FILE...

        TARGET     images, models, sessions, requests, archives or files
        --count    the number of inputs (100,000)
        --seed     the seed of the mutations (1)
        --processes  the number of child processes (one per core)
        --minutes  ends earlier, after this time
        --output   the folder for inputs that cause a failure (artifacts/fuzz)
        """;

    public static FuzzOptions? Parse(string[] arguments)
    {
        if (arguments.Length % 2 == 0 || !FuzzTargets.All.ContainsKey(arguments[0]))
        {
            return null;
        }

        string output = Path.GetFullPath(Path.Combine("artifacts", "fuzz"));
        FuzzOptions options = new(arguments[0], 100_000, 1, Environment.ProcessorCount, Timeout.InfiniteTimeSpan, output);
        for (int i = 1; i < arguments.Length; i += 2)
        {
            string value = arguments[i + 1];
            FuzzOptions? next = arguments[i] switch
            {
                "--count" => options with { Count = long.Parse(value, CultureInfo.InvariantCulture) },
                "--seed" => options with { Seed = int.Parse(value, CultureInfo.InvariantCulture) },
                "--processes" => options with { Processes = int.Parse(value, CultureInfo.InvariantCulture) },
                "--minutes" => options with { Duration = TimeSpan.FromMinutes(double.Parse(value, CultureInfo.InvariantCulture)) },
                "--output" => options with { Output = Path.GetFullPath(value) },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            options = next;
        }

        return options;
    }
}
