using System.Globalization;

namespace ResNet.Net.Tests;

/// <summary>
/// Runs the test assembly as a program that loads a model and prints the scores. Arguments after the command: the folder of the store,
/// and the model. If <see cref="Truncate"/> is set, the program then truncates the stored files and prints the scores again.
/// </summary>
internal static class OptimizedProbe
{
    public const string Command = "optimized";

    /// <summary>The variable that asks for truncated files.</summary>
    public const string Truncate = "RESNET_NET_TEST_TRUNCATE";

    public static int Run(string store, string model)
    {
        ResNetClassifierOptions options = new()
        {
            Threads = 1,
            CacheOptimizedModel = true,
            Store = new ModelStore(new ModelStoreOptions { RootFolder = store, LocalFolders = [], Offline = true }),
        };
        using ResNetClassifier classifier
            = ResNetClassifier.Create(new ModelDefinition(model) { Profile = CacheableModel.Profile }, options);
        Console.WriteLine(Text(CacheableModel.Scores(classifier)));
        if (Environment.GetEnvironmentVariable(Truncate) is not null)
        {
            foreach (string file in Directory.GetFiles(Path.Combine(store, "optimized"), "*", SearchOption.AllDirectories))
            {
                using FileStream stream = new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                stream.SetLength(0);
            }

            Console.WriteLine(Text(CacheableModel.Scores(classifier)));
        }

        return 0;
    }

    /// <summary>Formats scores exactly.</summary>
    public static string Text(float[] scores)
        => string.Join(' ', scores.Select(s => BitConverter.SingleToInt32Bits(s).ToString("x8", CultureInfo.InvariantCulture)));
}
