using SkiaSharp;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>A model whose answers can be worked out by hand: the logit of a class is ten times the mean of its colour.</summary>
internal static class ColourModel
{
    public const double Gain = 10;
    private const int Side = 16;

    public static LabelSet Labels { get; } = new("colours", ["red", "green", "blue"]);

    public static ResNetClassifier Create(ResNetClassifierOptions? options = null, string name = "colours", float gain = (float)Gain)
        => ResNetClassifier.Create(
            new ModelDefinition(OnnxModelBuilder.PlaneMeans([gain, 0, 0, 0, gain, 0, 0, 0, gain], [0, 0, 0], [-1, 3, 8, 8]))
            {
                Name = name,
                Labels = Labels,
                Profile = PreprocessingProfile.Torchvision.WithCrop(8, 8) with { Mean = new ChannelValues(0, 0, 0), Std = new ChannelValues(1, 1, 1) },
            },
            options ?? new ResNetClassifierOptions { BatchSize = 4 });

    /// <summary>A picture of one colour.</summary>
    public static byte[] Picture(byte red, byte green, byte blue)
    {
        using SKBitmap bitmap = new(new SKImageInfo(Side, Side, SKColorType.Rgb888x, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(red, green, blue));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100)!;
        return png.ToArray();
    }

    /// <summary>What the model says of a colour.</summary>
    public static double[] Probabilities(params byte[] colour)
    {
        double[] exponentials = [.. colour.Select(c => Math.Exp(Gain * c / 255))];
        return [.. exponentials.Select(e => e / exponentials.Sum())];
    }

    /// <summary>Pictures of random colours with random classes, in memory.</summary>
    public static ImageDataset Dataset(int count, int seed = 1, Func<int, bool>? isBad = null)
    {
        Random random = new(seed);
        List<LabeledImage> images = [];
        for (int i = 0; i < count; i++)
        {
            byte[] colour = new byte[3];
            random.NextBytes(colour);
            byte[] png = isBad?.Invoke(i) == true ? [1, 2, 3] : Picture(colour[0], colour[1], colour[2]);
            images.Add(new LabeledImage($"{i:D5}.png", random.Next(3), () => png));
        }

        return new ImageDataset("random colours", Labels, images);
    }
}
