namespace ResNet.Net.Fuzz;

/// <summary>Decodes, preprocesses and classifies images with an embedded model.</summary>
internal sealed class ImageTarget : FuzzTarget
{
    private const int MaxPixels = 4_000_000;
    private static readonly string[] Extensions = [".jpg", ".png", ".webp", ".gif", ".bmp", ".ico", ".txt", ""];

    // The parent process needs none. The child creates all at once: their memory does not count as that of an input.
    private readonly Lazy<ResNetClassifier[]> _classifiers = new(() => [.. Enumerable.Range(0, 8).Select(CreateClassifier)]);
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
            // One of 16 inputs runs the embedded model. The others run one that takes no time, so that decoding dominates.
            const int Embedded = 0x3C00;
            int options = (input.Settings & 3) | ((input.Settings & Embedded) == 0 ? 4 : 0);
            ResNetClassifier classifier = _classifiers.Value[options];
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
        if (_classifiers.IsValueCreated)
        {
            foreach (ResNetClassifier classifier in _classifiers.Value)
            {
                classifier.Dispose();
            }
        }

        _folder.Dispose();
        base.Dispose(disposing);
    }

    private static ResNetClassifier CreateClassifier(int settings)
    {
        PreprocessingProfile profile = ResNetVariant.Cifar10ResNet20.Profile;
        ResNetClassifierOptions options = new()
        {
            Threads = 1,
            Decoding = new ImageDecodingOptions { MaxPixels = MaxPixels, AllowTruncated = (settings & 1) != 0 },
            Profile = (settings & 2) != 0 ? profile with { ShrinkOnLoad = true, Resize = ResizeRule.ShortSide(32) } : profile,
        };
        return (settings & 4) != 0
            ? ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options)
            : ResNetClassifier.Create(
                new ModelDefinition(OnnxModelBuilder.PlaneMeans([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], [1, 3, 32, 32])), options);
    }
}
