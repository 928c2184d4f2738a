using Microsoft.Extensions.Logging;

namespace ResNet.Net.Extensions;

/// <summary>Provides a classifier.</summary>
internal sealed class ClassifierProvider(
    string name, ModelFactory<ResNetClassifier> create, ResNetModelSettings settings, ILogger log, TimeProvider time)
    : ModelProvider<ResNetClassifier>(name, create, settings, log, time), IResNetClassifierProvider
{
    public override string Kind => "classifier";

    protected override Type ServiceType => typeof(IResNetClassifierProvider);

    protected override string NameOf(ResNetClassifier model) => model.ModelName;

    protected override string ExecutionProviderOf(ResNetClassifier model) => model.ExecutionProvider;

    protected override void WarmUp(ResNetClassifier model, byte[] image) => _ = model.Classify(image, topK: 1);
}
