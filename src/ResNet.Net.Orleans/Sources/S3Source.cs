using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Orleans;

/// <summary>
/// The objects of an S3-compatible bucket with a prefix whose keys have the extension of an image. Their names are the keys.
/// </summary>
internal sealed class S3Source : IImageSource
{
    private readonly string _bucket;
    private readonly string _prefix;
    private readonly Lazy<S3Client> _client;
    private readonly ImageSourceOptions _options;

    /// <param name="location">The bucket and the prefix, separated by <c>/</c>.</param>
    /// <param name="client">The client.</param>
    /// <param name="options">The limits.</param>
    public S3Source(string location, Lazy<S3Client> client, ImageSourceOptions options)
    {
        int slash = location.IndexOf('/', StringComparison.Ordinal);
        _bucket = slash < 0 ? location : location[..slash];
        _prefix = slash < 0 ? "" : location[(slash + 1)..];
        _client = client;
        _options = options;
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ListObjectsV2Request request = new() { BucketName = _bucket, Prefix = _prefix };
        ListObjectsV2Response page;
        do
        {
            try
            {
                page = await _client.Value.Client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException)
            {
                throw Unavailable(exception);
            }

            foreach (S3Object item in page.S3Objects ?? [])
            {
                if (ImageFolder.Extensions.Contains(Path.GetExtension(item.Key)))
                {
                    yield return item.Key;
                }
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async ValueTask<Stream> OpenAsync(string name, CancellationToken cancellationToken = default)
    {
        try
        {
            // The client repeats requests; this repeats bodies that break off.
            return await NetworkRetry.RunAsync(
                _options,
                async token =>
                {
                    using GetObjectResponse response
                        = await _client.Value.Client.GetObjectAsync(_bucket, name, token).ConfigureAwait(false);
                    return await LimitedReader.ReadAsync(response.ResponseStream, response.ContentLength, _options.MaxBytes, token)
                        .ConfigureAwait(false);
                },
                e => e is HttpIOException or IOException { InnerException: System.Net.Sockets.SocketException },
                cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode != "NoSuchBucket")
        {
            throw new FileNotFoundException($"The bucket '{_bucket}' has no such object.", exception);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.Forbidden && exception.ErrorCode == "AccessDenied")
        {
            throw new UnauthorizedAccessException($"Access to the object in the bucket '{_bucket}' is denied.", exception);
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw Unavailable(exception);
        }
    }

    private ImageSourceException Unavailable(Exception exception)
        => new($"The bucket '{_bucket}' can't be read: {FailureReason.Of(exception)}", exception);
}
