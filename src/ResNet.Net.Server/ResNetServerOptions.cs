namespace ResNet.Net.Server;

/// <summary>Represents the settings of the server, which are validated when the application starts.</summary>
/// <remarks>The keys of the configuration section <c>Server</c> are the names of these properties.</remarks>
public sealed class ResNetServerOptions
{
    /// <summary>Gets or sets the name of the model that <c>POST /classify</c> uses unless the request names another.</summary>
    /// <value>The default is <see langword="null"/>: the first model.</value>
    public string? DefaultModel { get; set; }

    /// <summary>
    /// Gets or sets the port of a further endpoint for gRPC without TLS, on the host of the first address; 0 for a free port.
    /// </summary>
    /// <remarks>
    /// Without TLS, HTTP/1.1 and HTTP/2 need an endpoint each. Endpoints with TLS serve both protocols, as do those that the application
    /// configures for HTTP/2. Ignored if the application configures Kestrel's endpoints.
    /// </remarks>
    /// <value>The default is <see langword="null"/>: no further endpoint.</value>
    public int? GrpcPort { get; set; }

    /// <summary>Gets or sets the largest body of a request in bytes, from 1 KiB to 1 GiB.</summary>
    /// <value>The default is 32 MiB.</value>
    public int MaxRequestBytes { get; set; } = 32 << 20;

    /// <summary>
    /// Gets or sets the number of bytes of all request bodies that the server holds, at least <see cref="MaxRequestBytes"/>. Further
    /// requests are rejected with 429.
    /// </summary>
    /// <value>The default is 256 MiB.</value>
    public long MaxBufferedBytes { get; set; } = 256 << 20;

    /// <summary>Gets or sets the largest number of images in a request, from 1 to 1024.</summary>
    /// <value>The default is 64.</value>
    public int MaxImagesPerRequest { get; set; } = 64;

    /// <summary>Gets or sets the time within which the body of a request must arrive.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan RequestReadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the largest number of images per run of a model that runs batches.</summary>
    /// <remarks>Models on the CPU run their images concurrently instead, unless their settings have a <c>BatchSize</c>.</remarks>
    /// <value>The default is <see langword="null"/>: the batch size of the model.</value>
    public int? MaxBatchSize { get; set; }

    /// <summary>Gets or sets the number of batches per model that run at the same time, from 1 to 1024.</summary>
    /// <value>The default is <see langword="null"/>: the number of cores that the model uses, or 2 for a model that runs batches.</value>
    public int? MaxConcurrentBatches { get; set; }

    /// <summary>
    /// Gets or sets <see cref="DynamicBatcherOptions.MaxQueueDelay"/>: how long an image waits for others to fill its batch.
    /// </summary>
    /// <value>The default is zero.</value>
    public TimeSpan MaxQueueDelay { get; set; }

    /// <summary>
    /// Gets or sets how long an image waits in the queue of its model at most. Requests that would or did wait longer are rejected with
    /// 429.
    /// </summary>
    /// <value>The default is 2 seconds.</value>
    public TimeSpan MaxQueueTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets or sets the largest number of images in the queue of a model.</summary>
    /// <value>The default is 1024.</value>
    public int MaxQueueLength { get; set; } = 1024;

    /// <summary>
    /// Gets or sets how long the server keeps answering after it was told to stop and has reported that it is not ready, so that load
    /// balancers notice.
    /// </summary>
    /// <value>The default is zero.</value>
    public TimeSpan ShutdownDelay { get; set; }

    /// <summary>Gets the keys of which a request must present one, in <c>X-Api-Key</c> or <c>Authorization: Bearer</c>.</summary>
    /// <remarks>
    /// Without keys, no key is required. Health probes and the files of the page never require one; over gRPC, only the health service
    /// does not.
    /// </remarks>
    public IList<string> ApiKeys { get; } = [];

    /// <summary>
    /// Gets or sets the number of requests per second that a client may send on average. It may send twice the number at once.
    /// </summary>
    /// <remarks>
    /// A client is an API key, or else an IP address (of IPv6, the /64 network). Requests with a wrong key count for their address.
    /// </remarks>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public int? RequestsPerSecondPerClient { get; set; }

    /// <summary>Gets or sets whether <c>GET /metrics</c> returns metrics in the format of Prometheus.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Metrics { get; set; } = true;

    /// <summary>Gets or sets whether <c>GET /openapi/v1.json</c> returns the OpenAPI document.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool OpenApi { get; set; } = true;

    /// <summary>Gets or sets whether <c>GET /</c> returns the page.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Page { get; set; } = true;

    /// <summary>
    /// Gets or sets whether <c>GET /models/NAME/VERSION/model.onnx</c> returns the file of a model, so that the page can run it in the
    /// browser.
    /// </summary>
    /// <remarks>Every client of the server can then copy the models. Each model is kept in memory after its first download.</remarks>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowModelDownload { get; set; }
}
