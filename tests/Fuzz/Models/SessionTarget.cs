namespace ResNet.Net.Fuzz;

/// <summary>Creates classifiers and embedders from models, with ONNX Runtime, and classifies an image.</summary>
internal sealed class SessionTarget : FuzzTarget
{
    private static readonly byte[] Image = BmpFiles.Write(9, 9, 24, BmpFiles.Pattern(28 * 9));

    public override long MemoryLimit => 512 << 20;

    public override IReadOnlyList<FuzzInput> CreateCorpus() => [.. ModelCorpus.Create().Select(bytes => new FuzzInput("model", 0, bytes))];

    public override FuzzInput Mutate(FuzzInput input, FuzzInput other, Random random)
        => input with { Bytes = ModelCorpus.Mutate(input.Bytes, other.Bytes, random) };

    public override FuzzOutcome Run(FuzzInput input)
    {
        bool isEmbedder = (input.Settings & 7) == 0;
        string step = isEmbedder ? "ResNetEmbedder" : "ResNetClassifier";
        try
        {
            ModelDefinition model = new(input.Bytes) { Profile = PreprocessingProfile.Torchvision.WithCrop(8, 8) };
            if (isEmbedder)
            {
                using ResNetEmbedder embedder = ResNetEmbedder.Create(model, new ResNetEmbedderOptions { Threads = 1 });
                step = "Embed";
                _ = embedder.Embed(Image);
            }
            else
            {
                bool hasMaps = (input.Settings & 8) != 0;
                using ResNetClassifier classifier = ResNetClassifier.Create(
                    model, new ResNetClassifierOptions { Threads = 1, ActivationMaps = hasMaps });
                step = "Classify";
                _ = classifier.Classify(Image);
            }

            return new FuzzOutcome(step, "completed", "completed");
        }
        catch (ArgumentException exception) when (input.Bytes.Length == 0)
        {
            return FuzzOutcome.Rejected(step, nameof(ArgumentException), exception.Message);
        }
        catch (ResNetException exception)
        {
            return FuzzOutcome.Rejected(step, exception.GetType().Name, exception.Message);
        }
        catch (Exception exception)
        {
            return FuzzOutcome.Undocumented(step, exception);
        }
    }
}
