namespace ResNet.Net.Extensions;

/// <summary>Represents the settings of a classifier, which are validated when the application starts.</summary>
public sealed class ResNetClassifierSettings : ResNetModelSettings
{
    /// <summary>
    /// Gets or sets the labels of <see cref="ResNetModelSettings.ModelPath"/>: <c>ImageNet</c>, <c>Cifar10</c>, or a file with one per
    /// line.
    /// </summary>
    /// <value>The default is null: <c>class 0</c>, <c>class 1</c> and so on.</value>
    public string? Labels { get; set; }

    /// <summary>Gets or sets the kind of output of <see cref="ResNetModelSettings.ModelPath"/>.</summary>
    /// <value>The default is null: the graph determines the kind.</value>
    public OutputKind? OutputKind { get; set; }

    /// <summary>Gets or sets <see cref="ResNetClassifierOptions.ActivationMaps"/>.</summary>
    public bool ActivationMaps { get; set; }
}
