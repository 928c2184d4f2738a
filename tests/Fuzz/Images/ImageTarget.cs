namespace ResNet.Net.Fuzz;

/// <summary>Decodes, preprocesses and classifies images with an embedded model.</summary>
internal sealed class ImageTarget : FuzzTarget
{
    private const int MaxPixels = 4_000_000;
    private static readonly string[] Extensions = [".jpg", ".png", ".webp", ".gif", ".bmp", ".ico", ".txt", ""];

    private readonly ResNetClassifier?[] _classifiers = new ResNetClassifier?[4];
    private readonly TemporaryFolder _folder = new();

    /// <summary>
    /// Gets the limit: 8 bytes per pixel for an image that is turned, 8 for a codec that keeps coefficients or a second image, and the
    /// pools that keep arrays of several sizes.
    /// </summary>
    public override long MemoryLimit => (16L * MaxPixels) + (96 << 20);

    public override IReadOnlyList<FuzzInput> CreateCorpus() => [.. ImageCorpus.Create().Select(bytes => new FuzzInput("image", 0, bytes))];

    public override FuzzInput Mutate(FuzzInput input, FuzzInput other, Random random)
        => input with { Bytes = ImageCorpus.Mutate(input.Bytes, other.Bytes, random) };

    public override FuzzOutcome Run(FuzzInput input)
    {
        string format = ImageFormatDetector.Detect(input.Bytes).Name();
        try
        {
            ResNetClassifier classifier = Classifier(input.Settings & 3);
            const int ViaFile = 0x3C; // one of 16
            Classification result;
            if ((input.Settings & ViaFile) == ViaFile)
            {
                string path = _folder.Write($"image{Extensions[(input.Settings >> 6) & 7]}", input.Bytes);
                result = classifier.Classify(path);
            }
            else
            {
                result = classifier.Classify(input.Bytes);
            }

            float score = result.Best.Probability;
            return score is > 0 and <= 1
                ? new FuzzOutcome(format, "pixels", $"pixels {input.Settings & 3}")
                : new FuzzOutcome(format, "score", "score", $"The best probability is {score}.");
        }
        catch (ImageDecodeException exception)
        {
            return FuzzOutcome.Rejected(format, exception.Failure.ToString(), exception.Reason);
        }
        catch (Exception exception)
        {
            return FuzzOutcome.Undocumented(format, exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (ResNetClassifier? classifier in _classifiers)
        {
            classifier?.Dispose();
        }

        _folder.Dispose();
        base.Dispose(disposing);
    }

    private ResNetClassifier Classifier(int settings) => _classifiers[settings] ??= ResNetClassifier.Create(
        ResNetVariant.Cifar10ResNet20,
        new ResNetClassifierOptions
        {
            Threads = 1,
            Decoding = new ImageDecodingOptions { MaxPixels = MaxPixels, AllowTruncated = (settings & 1) != 0 },
            Profile = (settings & 2) != 0
                ? ResNetVariant.Cifar10ResNet20.Profile with { ShrinkOnLoad = true, Resize = ResizeRule.ShortSide(32) }
                : null,
        });
}
