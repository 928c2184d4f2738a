using Amazon.S3;

namespace ResNet.Net.Orleans;

/// <summary>Represents how a machine reads images. None of it is stored with a job.</summary>
public sealed record ImageSourceOptions
{
    /// <summary>Gets the largest encoded image in bytes, at least 1; the default is 64 MiB. Larger images fail.</summary>
    public int MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Gets how long one attempt to read an image over a network may take, at most a day; the default is 30 seconds. A machine whose shared
    /// folder takes longer for a file leaves the job to others; it reads up to four files before it notices.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets how often reading over a network is repeated after a failure that may pass (no connection, a time-out, HTTP 408, 429, 500,
    /// 502, 503 and 504), at least 0; the default is 4. The pause doubles each time, or is that of the header Retry-After, at most a
    /// minute.
    /// </summary>
    public int Retries { get; init; } = 4;

    /// <summary>
    /// Gets whether an HTTP redirect may lead to another host in a private network or on this machine; the default is
    /// <see langword="false"/>, since the operators of listed hosts choose where redirects lead. Listed addresses may be private.
    /// </summary>
    public bool AllowPrivateRedirects { get; init; }

    /// <summary>
    /// Gets the address of an S3-compatible service; <see langword="null"/> for that of the environment (<c>AWS_ENDPOINT_URL_S3</c>), or
    /// Amazon S3. Credentials and region come from the environment, as with other AWS tools.
    /// </summary>
    public Uri? S3Endpoint { get; init; }

    /// <summary>Gets a configured S3 client, which stays with the caller; <see langword="null"/> to create one.</summary>
    public IAmazonS3? S3Client { get; init; }

    /// <summary>
    /// Gets a function that opens sources of other kinds: it returns <see langword="null"/> for those that it doesn't know. A source that
    /// is <see cref="IDisposable"/> is disposed with the <see cref="ImageSources"/>.
    /// </summary>
    public Func<ImageSourceDescription, IImageSource?>? Custom { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxBytes, Array.MaxLength - 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Timeout, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfNegative(Retries);
    }
}
