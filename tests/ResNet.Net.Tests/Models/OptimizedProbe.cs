using System.Globalization;

namespace ResNet.Net.Tests;

/// <summary>The test assembly as a program that loads a model. Arguments behind the command: the store's folder, the model. Prints the scores.</summary>
internal static class OptimizedProbe
{
    public const string Command = "optimized";

    public static int Run(string store, string model)
    {
        ResNetClassifierOptions options = new()
        {
            Threads = 1,
            KeepOptimizedModel = true,
            Store = new ModelStore(new ModelStoreOptions { RootFolder = store, LocalFolders = [], Offline = true }),
        };
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model) { Profile = KeptNet.Profile }, options);
        Console.WriteLine(Text(KeptNet.Scores(classifier)));
        return 0;
    }

    /// <summary>To the last bit.</summary>
    public static string Text(float[] scores) => string.Join(' ', scores.Select(s => BitConverter.SingleToInt32Bits(s).ToString("x8", CultureInfo.InvariantCulture)));
}
