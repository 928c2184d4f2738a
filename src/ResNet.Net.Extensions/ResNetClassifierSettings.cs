namespace ResNet.Net.Extensions;

/// <summary>
/// A classifier as an application's configuration describes it: plain values that bind from a section such as <c>"ResNet": { "Model": "resnet50-v1-12" }</c>.
/// Checked when the application starts; what is wrong is named with its key.
/// </summary>
public sealed class ResNetClassifierSettings
{
    /// <summary>The id of a variant, such as <c>resnet50-v1-12-int8</c>. Either this or <see cref="ModelPath"/>.</summary>
    public string? Model { get; set; }

    /// <summary>The path of an ONNX file of your own. Either this or <see cref="Model"/>.</summary>
    public string? ModelPath { get; set; }

    /// <summary>The labels of <see cref="ModelPath"/>: <c>ImageNet</c>, <c>Cifar10</c>, or the path of a text file with a label a line.</summary>
    /// <value>null: <c>class 0</c>, <c>class 1</c>, ...</value>
    public string? Labels { get; set; }

    /// <summary>What the output of <see cref="ModelPath"/> holds.</summary>
    /// <value><see cref="OutputKind.Logits"/>.</value>
    public OutputKind OutputKind { get; set; }

    /// <summary>The name of the input of <see cref="ModelPath"/>.</summary>
    /// <value>null: the file's first.</value>
    public string? InputName { get; set; }

    /// <summary>The name of the output of <see cref="ModelPath"/> that holds the scores.</summary>
    /// <value>null: the file's first.</value>
    public string? OutputName { get; set; }

    /// <summary>The name of a built-in <see cref="PreprocessingProfile"/>, in place of the model's own.</summary>
    /// <value>null: the model's own.</value>
    public string? Profile { get; set; }

    /// <summary>As <see cref="ResNetClassifierOptions.Crops"/>.</summary>
    public CropSampling Crops { get; set; } = CropSampling.Center;

    /// <summary>As <see cref="ResNetClassifierOptions.Outputs"/>: <c>Features</c>, <c>ActivationMaps</c>, or both with a comma between.</summary>
    public ModelOutputs Outputs { get; set; }

    /// <summary>As <see cref="ResNetClassifierOptions.Threads"/>: for one run of the model, from 1.</summary>
    /// <value>null: as many as the process has processors.</value>
    public int? Threads { get; set; }

    /// <summary>As <see cref="ResNetClassifierOptions.AllowSpinning"/>.</summary>
    public bool AllowSpinning { get; set; }

    /// <summary>As <see cref="ResNetClassifierOptions.BatchSize"/>: from 1 to 1024.</summary>
    /// <value>8.</value>
    public int BatchSize { get; set; } = 8;

    /// <summary>As <see cref="ResNetClassifierOptions.KeepOptimizedModel"/>.</summary>
    public bool? KeepOptimizedModel { get; set; }

    /// <summary>The name of an <see cref="Net.ExecutionProvider"/>, such as <c>CUDA</c>.</summary>
    /// <value>null: the CPU.</value>
    public string? ExecutionProvider { get; set; }

    /// <summary>As <see cref="ExecutionProvider.Options"/>, such as <c>device_id</c>.</summary>
    public IDictionary<string, string> ExecutionProviderOptions { get; } = new Dictionary<string, string>();

    /// <summary>As <see cref="ExecutionProvider.AllowCpuFallback"/>.</summary>
    public bool AllowCpuFallback { get; set; }

    /// <summary>As <see cref="ResNetClassifierOptions.ConfigEntries"/>.</summary>
    public IDictionary<string, string> ConfigEntries { get; } = new Dictionary<string, string>();

    /// <summary>What pictures are accepted.</summary>
    public ResNetDecodingSettings Decoding { get; } = new();

    /// <summary>Where the file of <see cref="Model"/> is kept, and where it comes from.</summary>
    public ResNetStoreSettings Store { get; } = new();

    /// <summary>Whether the classifier is loaded in the background when the host starts; otherwise when it is first asked for.</summary>
    /// <value>true.</value>
    public bool LoadAtStart { get; set; } = true;

    /// <summary>
    /// Whether it decodes and classifies one grey picture before it is given to anybody, so that the first caller does not wait for memory and native libraries,
    /// and that a missing one is found at start. An application that hands over pixels, on a machine without libvips, turns it off.
    /// </summary>
    /// <value>true.</value>
    public bool WarmUp { get; set; } = true;

    /// <summary>How long after a failed load it is tried again; doubles with each failure, up to <see cref="LongestRetryDelay"/>. Who asks meanwhile gets the failure at once.</summary>
    /// <value>5 seconds.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest <see cref="RetryDelay"/>, up to a day.</summary>
    /// <value>5 minutes.</value>
    public TimeSpan LongestRetryDelay { get; set; } = TimeSpan.FromMinutes(5);
}
