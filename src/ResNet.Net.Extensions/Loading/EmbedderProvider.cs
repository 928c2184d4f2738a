using Microsoft.Extensions.Logging;

namespace ResNet.Net.Extensions;

/// <summary>Provides an embedder.</summary>
internal sealed class EmbedderProvider(
    string name, ModelFactory<ResNetEmbedder> create, ResNetModelSettings settings, ILogger log, TimeProvider time)
    : ModelProvider<ResNetEmbedder>(name, create, settings, log, time), IResNetEmbedderProvider
{
    public override string Kind => "embedder";

    protected override Type ServiceType => typeof(IResNetEmbedderProvider);

    protected override string NameOf(ResNetEmbedder model) => model.ModelName;

    protected override string ExecutionProviderOf(ResNetEmbedder model) => model.ExecutionProvider;

    protected override void WarmUp(ResNetEmbedder model, byte[] image) => _ = model.Embed(image);
}
