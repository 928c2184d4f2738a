using System.Globalization;

namespace ResNet.Net.Quantization.Tests;

/// <summary>Prints the scores of the embedded int8 model for an image, with and without the saturation guard.</summary>
internal static class SaturationProbe
{
    private static int Main(string[] arguments)
    {
        Console.WriteLine(Line(Int8Execution.Current.NeedsGuard ? "needs guard" : "needs none", []));
        Console.WriteLine(Line("guarded", Scores(arguments[0], guard: true)));
        Console.WriteLine(Line("unguarded", Scores(arguments[0], guard: false)));
        return 0;
    }

    public static float[] Scores(string image, bool guard)
    {
        ResNetClassifierOptions options =
            new() { Threads = 1, ConfigEntries = guard ? new Dictionary<string, string>() : new() { ["session.x64quantprecision"] = "0" } };
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20Int8, options);
        float[] scores = new float[classifier.Labels.Count];
        byte[] pixels = File.ReadAllBytes(image);
        classifier.GetScores(new PixelView(pixels, EmbeddedModel.Size, EmbeddedModel.Size), scores);
        return scores;
    }

    private static string Line(string what, float[] scores)
        => $"{what}: {string.Join(' ', scores.Select(s => s.ToString("R", CultureInfo.InvariantCulture)))}";
}
