using Amazon.Runtime;
using Amazon.S3;

namespace ResNet.Net.Orleans;

/// <summary>The client for all sources in S3-compatible storage.</summary>
internal sealed class S3Client : IDisposable
{
    private readonly bool _isOwned;

    public S3Client(ImageSourceOptions options)
    {
        _isOwned = options.S3Client is null;
        Client = options.S3Client ?? Create(options);
    }

    public IAmazonS3 Client { get; }

    public void Dispose()
    {
        if (_isOwned)
        {
            Client.Dispose();
        }
    }

    private static AmazonS3Client Create(ImageSourceOptions options)
    {
        AmazonS3Config config = new()
        {
            MaxErrorRetry = options.Retries,
            Timeout = options.Timeout,
            RetryMode = RequestRetryMode.Standard,

            // Services other than Amazon's may not have checksums.
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.S3Endpoint is not null)
        {
            config.ServiceURL = options.S3Endpoint.AbsoluteUri;
            config.ForcePathStyle = true;
        }

        return new AmazonS3Client(config);
    }
}
