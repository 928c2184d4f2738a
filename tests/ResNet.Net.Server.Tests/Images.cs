namespace ResNet.Net.Server.Tests;

/// <summary>The images of the tests, and what the library makes of them: the reference of all answers.</summary>
internal static class Images
{
    private static readonly Lazy<ResNetClassifier> Lazy = new(() => ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20));

    public static ResNetClassifier Classifier => Lazy.Value;

    public static byte[] Cat { get; } = Sample("cat");

    public static byte[] Ship { get; } = Sample("ship");

    public static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, $"{name}.png"));

    public static byte[] Fixture(string name) => File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, "images", name));

    /// <summary>Returns the tensor of an image, computed by the library's preprocessor.</summary>
    public static float[] Tensor(byte[] image)
    {
        ImagePreprocessor preprocessor = new(Classifier.Profile);
        float[] tensor = new float[preprocessor.Length];
        preprocessor.Preprocess(image, tensor);
        return tensor;
    }

    /// <summary>Returns the probability of each class, by the library.</summary>
    public static float[] Probabilities(byte[] image)
    {
        float[] probabilities = new float[Classifier.Labels.Count];
        foreach (Prediction prediction in Classifier.Classify(image, probabilities.Length).Predictions)
        {
            probabilities[prediction.ClassIndex] = prediction.Probability;
        }

        return probabilities;
    }
}
