namespace ResNet.Net.Tests;

/// <summary>Provides one classifier of the embedded model for all tests of a class.</summary>
public sealed class EmbeddedClassifier : IDisposable
{
    public ResNetClassifier Classifier { get; } = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

    public void Dispose() => Classifier.Dispose();
}
