using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace ResNet.Net;

/// <summary>Downloads a file from one source at a time into a <see cref="PartialFile"/>.</summary>
internal sealed class Downloader(StoreSettings settings, StoredFile file, ProgressReporter reporter)
{
    private const int BufferBytes = 256 * 1024;

    // An attempt that receives this much doesn't count as a retry.
    private const long ProductiveBytes = 1 << 20;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromMinutes(2);
    private static readonly string Version = typeof(Downloader).Assembly.GetName().Version?.ToString(3) ?? "0";

    // For stores without a client of their own. The system's proxy settings apply; redirects from https to http are not followed.
    private static readonly Lazy<HttpClient> SharedClient = new(() => new HttpClient(new SocketsHttpHandler
    {
        // The addresses of content delivery networks change.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxAutomaticRedirections = 10,
    })
    {
        // The store limits idle time instead of the duration of a download.
        Timeout = Timeout.InfiniteTimeSpan,
    });

    private readonly HttpClient _client = settings.Options.HttpClient ?? SharedClient.Value;

    /// <summary>Whether all bytes so far came in one response of the current source.</summary>
    private bool _isSingleResponse;

    /// <summary>Returns an address for messages and files: without user name, password and query, which may contain signatures.</summary>
    /// <remarks>Only the scheme of addresses that are not http or https, which a server can name in a redirect.</remarks>
    public static string Redact(Uri address)
        => IsHttp(address)
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : $"{address.Scheme}:";

    private static bool IsHttp(Uri address) => address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps;

    /// <summary>Completes the file and verifies its hash.</summary>
    /// <exception cref="SourceException">The source does not provide the file, after all retries.</exception>
    /// <exception cref="StoreException">The disk fails.</exception>
    public async Task DownloadAsync(ModelSource source, Uri address, PartialFile partial, CancellationToken cancellationToken)
    {
        reporter.Begin(ModelDownloadStage.Downloading, source.Name, partial.Length);
        for (bool isSecondDownload = false; ; isSecondDownload = true)
        {
            _isSingleResponse = false;
            await FillAsync(source, address, partial, cancellationToken).ConfigureAwait(false);
            string actual = await partial.HashAsync().ConfigureAwait(false);
            if (actual == file.Sha256)
            {
                return;
            }

            await partial.ResetAsync().ConfigureAwait(false);
            if (_isSingleResponse || isSecondDownload)
            {
                throw new SourceException($"serves a file of the right size with SHA-256 {actual} instead of {file.Sha256}")
                {
                    IsWrongContent = true,
                    ActualSha256 = actual,
                };
            }

            Note(source, "the downloaded parts do not form the right file; downloading it again in one response.");
        }
    }

    /// <summary>Downloads until the file has its full size, with retries after transient failures.</summary>
    private async Task FillAsync(ModelSource source, Uri address, PartialFile partial, CancellationToken cancellationToken)
    {
        int retries = settings.Options.Retries;
        int failures = 0;

        // The largest size so far: a server that always starts over makes no progress, however much it sends.
        long largest = partial.Length;
        while (!partial.IsComplete)
        {
            try
            {
                await AttemptAsync(source, address, partial, cancellationToken).ConfigureAwait(false);
            }
            catch (SourceException exception) when (exception.IsTransient && partial.Length - largest >= ProductiveBytes)
            {
                largest = partial.Length;
                failures = 0;
                Note(source, $"{exception.Message}; resuming.");
                await Task.Delay(exception.RetryAfter ?? Backoff(0), settings.Options.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (SourceException exception) when (exception.IsTransient && failures < retries)
            {
                TimeSpan delay = exception.RetryAfter ?? Backoff(failures);
                failures++;
                settings.Log.DownloadRetried(source.Name, exception.Message, delay.TotalSeconds, failures, retries);
                string seconds = delay.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
                reporter.Notice($"{source.Name}: {exception.Message}; retry {failures} of {retries} in {seconds} s.");
                await Task.Delay(delay, settings.Options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Exponential, with jitter, so that many machines do not retry at the same time.
    private static TimeSpan Backoff(int failures)
    {
        TimeSpan delay = FirstDelay * Math.Pow(2, Math.Min(failures, 10));
        return (delay < MaxDelay ? delay : MaxDelay) * (0.75 + (Random.Shared.NextDouble() / 2));
    }

    private void Note(ModelSource source, string sentence)
    {
        settings.Log.DownloadNote(source.Name, sentence);
        reporter.Notice($"{source.Name}: {sentence}");
    }

    /// <summary>Sends one request for the missing bytes, and appends what is received.</summary>
    private async Task AttemptAsync(ModelSource source, Uri address, PartialFile partial, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = CreateRequest(address, partial);
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        string? validator = ValidatorOf(response);
        if (response.RequestMessage?.RequestUri is Uri end && address.Scheme == Uri.UriSchemeHttps && end.Scheme != Uri.UriSchemeHttps)
        {
            throw new SourceException($"redirects from https to '{Redact(end)}', which is not encrypted: rejected");
        }

        using CancellationTokenSource idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(settings.Options.IdleTimeout);
        Stream body;
        try
        {
            body = await response.Content.ReadAsStreamAsync(idle.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfNetwork(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Interrupted(exception, partial.Length);
        }

        await using (body.ConfigureAwait(false))
        {
            if (response.StatusCode == HttpStatusCode.PartialContent && partial.Length > 0)
            {
                await CheckRangeAsync(response, validator, address, partial).ConfigureAwait(false);
                _isSingleResponse = false;
            }
            else if (response.StatusCode == HttpStatusCode.OK)
            {
                await CheckCompleteResponseAsync(response, body, idle, cancellationToken).ConfigureAwait(false);
                if (partial.Length > 0)
                {
                    Note(source, "sends the file from the beginning, because it changed or the server does not support ranges.");
                    await partial.ResetAsync().ConfigureAwait(false);
                }

                _isSingleResponse = true;
            }
            else
            {
                if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    await partial.ResetAsync().ConfigureAwait(false);
                }

                throw Rejection(response);
            }

            bool isLengthKnown = response.Content.Headers.ContentLength is not null;
            partial.SetOrigin(new DownloadOrigin(Redact(address), validator ?? ""));
            reporter.Begin(ModelDownloadStage.Downloading, source.Name, partial.Length);
            await CopyAsync(body, isLengthKnown, partial, idle, cancellationToken).ConfigureAwait(false);
        }
    }

    private static HttpRequestMessage CreateRequest(Uri address, PartialFile partial)
    {
        HttpRequestMessage request = new(HttpMethod.Get, address)
        {
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Version = HttpVersion.Version20,
        };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("ResNet.Net", Version));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (address.UserInfo.Length > 0)
        {
            string[] parts = address.UserInfo.Split(':', 2);
            byte[] credentials = Encoding.UTF8.GetBytes(string.Join(':', parts.Select(Uri.UnescapeDataString)));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        }

        if (partial.Length > 0)
        {
            // Another source gets no condition: the hash reveals whether it has the same bytes.
            request.Headers.Range = new RangeHeaderValue(partial.Length, null);
            if (partial.Origin is { Validator.Length: > 0 } origin && origin.Address == Redact(address))
            {
                request.Headers.TryAddWithoutValidation("If-Range", origin.Validator);
            }
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        TimeSpan limit = settings.Options.ResponseTimeout;
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SourceException($"did not respond within {Seconds(limit)} s", exception) { IsTransient = true };
        }
        catch (Exception exception) when (exception is ArgumentException or UriFormatException or NotSupportedException)
        {
            // .NET's handler follows redirects to any scheme, such as file: and data:, and fails when it connects.
            throw new SourceException("redirects to an address that cannot be requested over HTTP", exception);
        }
        catch (HttpRequestException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Exception? inner = exception.InnerException;
            string message = inner is null || exception.Message.Contains(inner.Message, StringComparison.Ordinal)
                ? exception.Message
                : $"{exception.Message} {inner.Message}";

            // Retries don't help against an unknown host or an untrusted certificate.
            bool isPermanent = exception.HttpRequestError == HttpRequestError.SecureConnectionError
                || inner is SocketException { SocketErrorCode: SocketError.HostNotFound };
            throw new SourceException(message.TrimEnd('.'), exception) { IsTransient = !isPermanent };
        }
    }

    /// <summary>Checks that a partial response continues the partial file.</summary>
    private async Task CheckRangeAsync(HttpResponseMessage response, string? validator, Uri address, PartialFile partial)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        if (range?.Length is long total && total != file.Bytes)
        {
            throw new SourceException($"has a file of {total} bytes instead of {file.Bytes}") { IsWrongContent = true };
        }

        long missing = file.Bytes - partial.Length;
        bool isChanged = partial.Origin is { Validator.Length: > 0 } origin
            && origin.Address == Redact(address)
            && validator is not null
            && validator != origin.Validator;
        if (isChanged || range?.From != partial.Length || response.Content.Headers.ContentLength is long length && length > missing)
        {
            await partial.ResetAsync().ConfigureAwait(false);
            throw new SourceException(isChanged ? "changed the file between two requests" : "sends another range than requested")
            {
                IsTransient = true,
            };
        }
    }

    /// <summary>Checks the length of a complete response. If it is wrong, the start of the body tells what it is.</summary>
    private async Task CheckCompleteResponseAsync(
        HttpResponseMessage response, Stream body, CancellationTokenSource idle, CancellationToken cancellationToken)
    {
        HttpContentHeaders headers = response.Content.Headers;
        if (headers.ContentEncoding.Count > 0)
        {
            throw new SourceException(
                $"sends the file compressed ({string.Join(", ", headers.ContentEncoding)}), although identity was requested")
            {
                IsWrongContent = true,
            };
        }

        if (headers.ContentLength is long length && length != file.Bytes)
        {
            byte[] start = new byte[ContentSniffer.SampleBytes];
            int read = await ReadAsync(
                () => body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, idle.Token), 0, cancellationToken)
                .ConfigureAwait(false);
            string content = ContentSniffer.Describe(start.AsSpan(0, read));
            throw new SourceException($"serves {length} bytes instead of {file.Bytes}{content}") { IsWrongContent = true };
        }
    }

    private async Task CopyAsync(
        Stream body, bool isLengthKnown, PartialFile partial, CancellationTokenSource idle, CancellationToken cancellationToken)
    {
        // Two buffers: one is hashed and written while the other is filled.
        byte[][] buffers = [GC.AllocateUninitializedArray<byte>(BufferBytes), GC.AllocateUninitializedArray<byte>(BufferBytes)];
        for (int turn = 0; ; turn ^= 1)
        {
            // One byte more than expected, to detect a body that is too long.
            long missing = file.Bytes - partial.Length;
            Memory<byte> buffer = buffers[turn].AsMemory(0, (int)Math.Min(BufferBytes, missing + 1));
            idle.CancelAfter(settings.Options.IdleTimeout);
            int read = await ReadAsync(() => body.ReadAsync(buffer, idle.Token), partial.Length, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            if (read > missing)
            {
                await partial.ResetAsync().ConfigureAwait(false);
                throw new SourceException($"serves more than {file.Bytes} bytes") { IsWrongContent = true };
            }

            if (partial.Length == 0
                && !isLengthKnown
                && ContentSniffer.Describe(buffer.Span[..Math.Min(read, ContentSniffer.SampleBytes)]) is { Length: > 0 } content)
            {
                throw new SourceException($"serves other content{content}") { IsWrongContent = true };
            }

            await partial.AppendAsync(buffer[..read]).ConfigureAwait(false);
            reporter.Advance(partial.Length);
        }

        if (!partial.IsComplete)
        {
            throw Interrupted(null, partial.Length);
        }
    }

    private async ValueTask<int> ReadAsync(Func<ValueTask<int>> read, long received, CancellationToken cancellationToken)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfNetwork(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (exception is not OperationCanceledException)
            {
                throw Interrupted(exception, received);
            }

            string limit = Seconds(settings.Options.IdleTimeout);
            throw new SourceException($"sent nothing for {limit} s after {received} of {file.Bytes} bytes", exception)
            {
                IsTransient = true,
            };
        }
    }

    private SourceException Interrupted(Exception? exception, long received)
        => new($"the connection was closed after {received} of {file.Bytes} bytes", exception) { IsTransient = true };

    private SourceException Rejection(HttpResponseMessage response)
    {
        int status = (int)response.StatusCode;
        string phrase = string.IsNullOrWhiteSpace(response.ReasonPhrase) ? $"{response.StatusCode}" : Shown(response.ReasonPhrase);
        string answer = $"responds with {status} {phrase}";
        if (status is >= 300 and < 400)
        {
            string target = response.Headers.Location switch
            {
                null => " without a valid address",
                { IsAbsoluteUri: true } location when !IsHttp(location) => $" to '{Redact(location)}', which is neither http nor https",
                { IsAbsoluteUri: true } location
                    => $" to '{Redact(location)}' that is not followed, after too many redirects or from https to http",
                var location => $" to '{Shown(location.OriginalString)}' that is not followed, after too many redirects",
            };
            return new SourceException($"{answer}: a redirect{target}");
        }

        bool isTransient = status is 425 or >= 500
            || response.StatusCode is HttpStatusCode.RequestTimeout
                or HttpStatusCode.TooManyRequests
                or HttpStatusCode.RequestedRangeNotSatisfiable;
        TimeSpan? delay = isTransient ? RetryAfter(response) : null;
        if (delay > MaxRetryAfter)
        {
            return new SourceException(
                $"{answer}, and requests a delay of {Seconds(delay.Value)} s; the limit is {Seconds(MaxRetryAfter)} s");
        }

        string hint = response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => ": it does not have the file",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ": the server or a proxy requires authorization",
            _ => "",
        };
        return new SourceException(answer + hint) { IsTransient = isTransient, RetryAfter = delay };
    }

    /// <summary>Returns a text of the server for messages: shortened, without characters that a terminal interprets.</summary>
    private static string Shown(string text)
    {
        const int MaxShown = 100;
        return PrintableText.Of(text.Length > MaxShown ? $"{text[..MaxShown]}..." : text);
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        TimeSpan? delay = header?.Delta ?? (header?.Date is DateTimeOffset date ? date - settings.Options.Time.GetUtcNow() : null);
        return delay > TimeSpan.Zero ? delay : null;
    }

    /// <summary>Returns the value for If-Range: a strong ETag, or the date of the last change.</summary>
    private static string? ValidatorOf(HttpResponseMessage response)
        => response.Headers.ETag is { IsWeak: false } tag ? tag.Tag
            : response.Content.Headers.LastModified?.ToString("r", CultureInfo.InvariantCulture);

    private static bool IsOfNetwork(Exception exception)
        => exception is IOException or HttpRequestException or OperationCanceledException;

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
