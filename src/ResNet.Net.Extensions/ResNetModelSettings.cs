namespace ResNet.Net.Extensions;

/// <summary>
/// Represents the settings that a classifier and an embedder share: plain values that bind to a configuration section such as
/// <c>"ResNet": { "Model": "resnet50-v1-12" }</c>. They are validated when the application starts.
/// </summary>
public abstract class ResNetModelSettings
{
    private protected ResNetModelSettings()
    {
    }

    /// <summary>Gets or sets the id of a variant, such as <c>resnet50-v1-12-int8</c>. Set either this or <see cref="ModelPath"/>.</summary>
    public string? Model { get; set; }

    /// <summary>Gets or sets the path of an ONNX file. Set either this or <see cref="Model"/>.</summary>
    public string? ModelPath { get; set; }

    /// <summary>Gets or sets the name of the input of <see cref="ModelPath"/>.</summary>
    /// <value>The default is null: the first of the file.</value>
    public string? InputName { get; set; }

    /// <summary>Gets or sets the name of the output of <see cref="ModelPath"/> that contains the scores or the features.</summary>
    /// <value>The default is null: the graph determines the output.</value>
    public string? OutputName { get; set; }

    /// <summary>Gets or sets the name of a built-in <see cref="PreprocessingProfile"/> that replaces the model's own.</summary>
    /// <value>The default is null: the model's own profile.</value>
    public string? Profile { get; set; }

    /// <summary>Gets or sets <see cref="ResNetModelOptions.Crops"/>.</summary>
    public CropSampling Crops { get; set; } = CropSampling.Center;

    /// <summary>Gets or sets <see cref="ResNetModelOptions.ExecutionMode"/>.</summary>
    public ExecutionMode ExecutionMode { get; set; }

    /// <summary>Gets or sets <see cref="ResNetModelOptions.Threads"/>, the number of processor cores that the model uses, from 1.</summary>
    /// <value>The default is null: the number of processors.</value>
    public int? Threads { get; set; }

    /// <summary>Gets or sets <see cref="ResNetModelOptions.AllowSpinning"/>.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool AllowSpinning { get; set; } = true;

    /// <summary>Gets or sets <see cref="ResNetModelOptions.BatchSize"/>, from 1 to 1024.</summary>
    /// <value>The default is null: 1 on the CPU, where images run concurrently instead, and 8 on other execution providers.</value>
    public int? BatchSize { get; set; }

    /// <summary>Gets or sets <see cref="ResNetModelOptions.CacheOptimizedModel"/>.</summary>
    public bool? CacheOptimizedModel { get; set; }

    /// <summary>Gets or sets the name of an <see cref="Net.ExecutionProvider"/>, such as <c>CUDA</c>.</summary>
    /// <value>The default is null: the CPU.</value>
    public string? ExecutionProvider { get; set; }

    /// <summary>Gets <see cref="ExecutionProvider.Options"/>, such as <c>device_id</c>.</summary>
    public IDictionary<string, string> ExecutionProviderOptions { get; } = new Dictionary<string, string>();

    /// <summary>Gets or sets <see cref="ExecutionProvider.AllowCpuFallback"/>.</summary>
    public bool AllowCpuFallback { get; set; }

    /// <summary>Gets <see cref="ResNetModelOptions.ConfigEntries"/>.</summary>
    public IDictionary<string, string> ConfigEntries { get; } = new Dictionary<string, string>();

    /// <summary>Gets the decoding settings.</summary>
    public ResNetDecodingSettings Decoding { get; } = new();

    /// <summary>Gets the settings of the model store that provides the file of <see cref="Model"/>.</summary>
    public ResNetStoreSettings Store { get; } = new();

    /// <summary>Gets or sets whether the host loads the model in the background at startup.</summary>
    /// <remarks>Otherwise the first request loads it.</remarks>
    /// <value>The default is <see langword="true"/>.</value>
    public bool LoadAtStart { get; set; } = true;

    /// <summary>Gets or sets whether the model processes a gray image before it is provided to callers.</summary>
    /// <remarks>The first caller then doesn't wait for memory and native libraries, and missing ones are detected at startup.</remarks>
    /// <value>The default is <see langword="true"/>.</value>
    public bool WarmUp { get; set; } = true;

    /// <summary>Gets or sets the delay before a failed load is retried.</summary>
    /// <remarks>It doubles with each failure, up to <see cref="MaxRetryDelay"/>. Calls during the delay fail immediately.</remarks>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the maximum <see cref="RetryDelay"/>, at most one day.</summary>
    /// <value>The default is 5 minutes.</value>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(5);
}
