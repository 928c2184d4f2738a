using SkiaSharp;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>A model with predictable results: the logit of a class is ten times the mean of its color channel.</summary>
internal static class ColorModel
{
    public const double Gain = 10;
    private const int Side = 16;

    public static LabelSet Labels { get; } = new("colors", ["red", "green", "blue"]);

    public static ResNetClassifier Create(ResNetClassifierOptions? options = null, string name = "colors", float gain = (float)Gain)
        => ResNetClassifier.Create(
            new ModelDefinition(OnnxModelBuilder.PlaneMeans([gain, 0, 0, 0, gain, 0, 0, 0, gain], [0, 0, 0], [-1, 3, 8, 8]))
            {
                Name = name,
                Labels = Labels,
                Profile = PreprocessingProfile.Torchvision.WithCrop(8, 8) with
                {
                    Mean = new ChannelValues(0, 0, 0),
                    Std = new ChannelValues(1, 1, 1),
                },
            },
            options ?? new ResNetClassifierOptions { BatchSize = 4 });

    /// <summary>Encodes an image of one color.</summary>
    public static byte[] Image(byte red, byte green, byte blue)
    {
        using SKBitmap bitmap = new(new SKImageInfo(Side, Side, SKColorType.Rgb888x, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(red, green, blue));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100)!;
        return png.ToArray();
    }

    /// <summary>Computes the model's probabilities for a color.</summary>
    public static double[] Probabilities(params byte[] color)
    {
        double[] exponentials = [.. color.Select(c => Math.Exp(Gain * c / 255))];
        return [.. exponentials.Select(e => e / exponentials.Sum())];
    }

    /// <summary>Creates images of random colors with random classes, in memory.</summary>
    public static ImageDataset Dataset(int count, int seed = 1, Func<int, bool>? isDamaged = null)
    {
        Random random = new(seed);
        List<LabeledImage> images = [];
        for (int i = 0; i < count; i++)
        {
            byte[] color = new byte[3];
            random.NextBytes(color);
            byte[] png = isDamaged?.Invoke(i) == true ? [1, 2, 3] : Image(color[0], color[1], color[2]);
            images.Add(new LabeledImage($"{i:D5}.png", random.Next(3), () => png));
        }

        return new ImageDataset("random colors", Labels, images);
    }
}
