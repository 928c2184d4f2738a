using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Polly;
using Polly.Retry;

namespace ResNet.Net;

/// <summary>Brings a file from one source at a time into a <see cref="PartialFile"/>.</summary>
internal sealed class Downloader(StoreSettings settings, StoredFile file, ProgressReporter reporter)
{
    private const int BufferBytes = 256 * 1024;

    // What an attempt must bring so that it was worth it, and the retries are counted anew.
    private const long WorthIt = 1 << 20;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(2);
    private static readonly string Version = typeof(Downloader).Assembly.GetName().Version?.ToString(3) ?? "0";

    private readonly HttpClient _client = settings.Options.HttpClient ?? SharedHttpClient.Instance;

    /// <summary>Whether every byte that is there came in one answer of the source that is asked now.</summary>
    private bool _inOnePiece;

    /// <summary>Returns when the whole file is there and its hash is right.</summary>
    /// <exception cref="SourceException">The source does not give the file, however often it is asked.</exception>
    /// <exception cref="StoreException">The disk fails.</exception>
    public async Task DownloadAsync(ModelSource source, PartialFile partial, CancellationToken cancellationToken)
    {
        Uri address = source.GetAddress(file);
        reporter.Begin(ModelDownloadStage.Downloading, source.Name, partial.Length);
        for (bool again = false; ; again = true)
        {
            _inOnePiece = false;
            await FillAsync(source, address, partial, cancellationToken).ConfigureAwait(false);
            string actual = await partial.HashAsync().ConfigureAwait(false);
            if (actual == file.Sha256)
            {
                return;
            }

            await partial.ResetAsync().ConfigureAwait(false);
            if (_inOnePiece || again)
            {
                throw new SourceException($"serves a file of the right size with SHA-256 {actual} instead of {file.Sha256}") { IsWrongContent = true, ActualSha256 = actual };
            }

            Note(source, "the parts that were downloaded one after the other do not make the right file; it is downloaded again in one piece.");
        }
    }

    private async Task FillAsync(ModelSource source, Uri address, PartialFile partial, CancellationToken cancellationToken)
    {
        ResiliencePipeline pipeline = CreatePipeline(source);
        while (!partial.IsWhole)
        {
            long before = partial.Length;
            try
            {
                await pipeline.ExecuteAsync(async token => await AttemptAsync(source, address, partial, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (SourceException exception) when (exception.IsTransient && partial.Length - before >= WorthIt)
            {
                Note(source, $"{exception.Message}; going on from there.");
            }
        }
    }

    private void Note(ModelSource source, string sentence)
    {
        settings.Log.DownloadNote(source.Name, sentence);
        reporter.Notice($"{source.Name}: {sentence}");
    }

    private ResiliencePipeline CreatePipeline(ModelSource source)
    {
        int retries = settings.Options.Retries;
        ResiliencePipelineBuilder builder = new() { TimeProvider = settings.Options.Time };
        if (retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstDelay,
                MaxDelay = LongestDelay,
                ShouldHandle = new PredicateBuilder().Handle<SourceException>(e => e.IsTransient),
                DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as SourceException)?.RetryAfter),
                OnRetry = arguments =>
                {
                    settings.Log.DownloadRetried(source.Name, arguments.Outcome.Exception!.Message, arguments.RetryDelay.TotalSeconds, arguments.AttemptNumber + 1, retries);
                    string seconds = arguments.RetryDelay.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
                    reporter.Notice($"{source.Name}: {arguments.Outcome.Exception!.Message}; trying again in {seconds} s ({arguments.AttemptNumber + 1} of {retries}).");
                    return ValueTask.CompletedTask;
                },
            });
        }

        return builder.Build();
    }

    /// <summary>One request: all that is missing, or as much of it as comes.</summary>
    private async Task AttemptAsync(ModelSource source, Uri address, PartialFile partial, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = CreateRequest(address, partial);
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        string? validator = Validator(response);
        if (response.RequestMessage?.RequestUri is Uri end && address.Scheme == Uri.UriSchemeHttps && end.Scheme != Uri.UriSchemeHttps)
        {
            throw new SourceException($"redirects from https to '{Shown(end)}', which anybody on the way can read and change: refused");
        }

        using CancellationTokenSource idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(settings.Options.IdleTimeout);
        Stream body;
        try
        {
            body = await response.Content.ReadAsStreamAsync(idle.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfTheNetwork(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Cut(exception, partial.Length);
        }

        await using (body.ConfigureAwait(false))
        {
            if (response.StatusCode == HttpStatusCode.PartialContent && partial.Length > 0)
            {
                await CheckRangeAsync(response, validator, address, partial).ConfigureAwait(false);
                _inOnePiece = false;
            }
            else if (response.StatusCode == HttpStatusCode.OK)
            {
                await CheckWholeAsync(response, body, idle, cancellationToken).ConfigureAwait(false);
                if (partial.Length > 0)
                {
                    Note(source, "sends the file from its beginning, since it has changed there or cannot be sent in parts.");
                    await partial.ResetAsync().ConfigureAwait(false);
                }

                _inOnePiece = true;
            }
            else
            {
                if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    await partial.ResetAsync().ConfigureAwait(false);
                }

                throw Refusal(response);
            }

            bool known = response.Content.Headers.ContentLength is not null;
            partial.SetOrigin(new PartialOrigin(Shown(address), validator ?? ""));
            reporter.Begin(ModelDownloadStage.Downloading, source.Name, partial.Length);
            await CopyAsync(body, known, partial, idle, cancellationToken).ConfigureAwait(false);
        }
    }

    private static HttpRequestMessage CreateRequest(Uri address, PartialFile partial)
    {
        HttpRequestMessage request = new(HttpMethod.Get, address) { VersionPolicy = HttpVersionPolicy.RequestVersionOrLower, Version = HttpVersion.Version20 };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("ResNet.Net", Version));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (address.UserInfo.Length > 0)
        {
            string[] parts = address.UserInfo.Split(':', 2);
            string credentials = string.Join(':', parts.Select(Uri.UnescapeDataString));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        }

        if (partial.Length > 0)
        {
            // Another source has the same bytes or the wrong ones, which the hash tells: it is asked for the rest without a condition.
            request.Headers.Range = new RangeHeaderValue(partial.Length, null);
            if (partial.Origin is { Validator.Length: > 0 } origin && origin.Address == Shown(address))
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
            throw new SourceException($"did not answer within {Seconds(limit)} s", exception) { IsTransient = true };
        }
        catch (HttpRequestException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string cause = exception.InnerException is Exception inner && !exception.Message.Contains(inner.Message, StringComparison.Ordinal) ? $"{exception.Message} {inner.Message}" : exception.Message;

            // A name that does not exist and a certificate that is not trusted stay so.
            bool lasts = exception.HttpRequestError == HttpRequestError.SecureConnectionError || exception.InnerException is SocketException { SocketErrorCode: SocketError.HostNotFound };
            throw new SourceException(cause.TrimEnd('.'), exception) { IsTransient = !lasts };
        }
    }

    /// <summary>Whether the part that comes continues what is there.</summary>
    private async Task CheckRangeAsync(HttpResponseMessage response, string? validator, Uri address, PartialFile partial)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        if (range?.Length is long total && total != file.Bytes)
        {
            throw new SourceException($"has a file of {total} bytes instead of {file.Bytes}") { IsWrongContent = true };
        }

        long rest = file.Bytes - partial.Length;
        bool changed = partial.Origin is { Validator.Length: > 0 } origin && origin.Address == Shown(address) && validator is not null && validator != origin.Validator;
        if (changed || range?.From != partial.Length || response.Content.Headers.ContentLength is long length && length > rest)
        {
            await partial.ResetAsync().ConfigureAwait(false);
            throw new SourceException(changed ? "changed the file between two parts of it" : "sends another part of the file than it was asked for") { IsTransient = true };
        }
    }

    /// <summary>Whether what comes can be the whole file: judged by its length and, where there is none or a wrong one, by its beginning.</summary>
    private async Task CheckWholeAsync(HttpResponseMessage response, Stream body, CancellationTokenSource idle, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentEncoding.Count > 0)
        {
            throw new SourceException($"sends the file compressed ({string.Join(", ", response.Content.Headers.ContentEncoding)}), which it was asked not to") { IsWrongContent = true };
        }

        if (response.Content.Headers.ContentLength is long length && length != file.Bytes)
        {
            byte[] start = new byte[WrongContent.EnoughBytes];
            int read = await ReadAsync(() => body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, idle.Token), 0, cancellationToken).ConfigureAwait(false);
            throw new SourceException($"serves {length} bytes instead of {file.Bytes}{WrongContent.Name(start.AsSpan(0, read))}") { IsWrongContent = true };
        }
    }

    private async Task CopyAsync(Stream body, bool lengthIsKnown, PartialFile partial, CancellationTokenSource idle, CancellationToken cancellationToken)
    {
        // Two, in turn: one is hashed and written while the other fills.
        byte[][] buffers = [GC.AllocateUninitializedArray<byte>(BufferBytes), GC.AllocateUninitializedArray<byte>(BufferBytes)];
        for (int turn = 0; ; turn ^= 1)
        {
            // One more byte than there may be, so that too many are noticed.
            long missing = file.Bytes - partial.Length;
            Memory<byte> free = buffers[turn].AsMemory(0, (int)Math.Min(BufferBytes, missing + 1));
            idle.CancelAfter(settings.Options.IdleTimeout);
            int read = await ReadAsync(() => body.ReadAsync(free, idle.Token), partial.Length, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            if (read > missing)
            {
                await partial.ResetAsync().ConfigureAwait(false);
                throw new SourceException($"serves more than {file.Bytes} bytes") { IsWrongContent = true };
            }

            if (partial.Length == 0 && !lengthIsKnown && WrongContent.Name(free.Span[..Math.Min(read, WrongContent.EnoughBytes)]) is { Length: > 0 } name)
            {
                throw new SourceException($"serves something else{name}") { IsWrongContent = true };
            }

            await partial.AppendAsync(free[..read]).ConfigureAwait(false);
            reporter.Advance(partial.Length);
        }

        if (!partial.IsWhole)
        {
            throw Cut(null, partial.Length);
        }
    }

    private async ValueTask<int> ReadAsync(Func<ValueTask<int>> read, long done, CancellationToken cancellationToken)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfTheNetwork(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw exception is OperationCanceledException
                ? new SourceException($"sent nothing for {Seconds(settings.Options.IdleTimeout)} s after {done} of {file.Bytes} bytes", exception) { IsTransient = true }
                : Cut(exception, done);
        }
    }

    private SourceException Cut(Exception? exception, long done)
        => new($"the connection was cut after {done} of {file.Bytes} bytes", exception) { IsTransient = true };

    private SourceException Refusal(HttpResponseMessage response)
    {
        int status = (int)response.StatusCode;
        string answer = $"answers {status} {(string.IsNullOrWhiteSpace(response.ReasonPhrase) ? response.StatusCode : response.ReasonPhrase)}";
        if (status is >= 300 and < 400)
        {
            string where = response.Headers.Location is Uri location ? $" to '{(location.IsAbsoluteUri ? Shown(location) : location.OriginalString)}'" : "";
            return new SourceException($"{answer}: a redirect{where} that is not followed (there are too many of them, or it leads from https to http)");
        }

        bool transient = response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestedRangeNotSatisfiable || status == 425 || status >= 500;
        TimeSpan? wait = transient ? RetryAfter(response) : null;
        if (wait > LongestRetryAfter)
        {
            return new SourceException($"{answer}, and asks to be left alone for {Seconds(wait.Value)} s, which is too long to wait");
        }

        string hint = response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => ": it does not have the file",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ": it wants permission, or a proxy on the way does",
            _ => "",
        };
        return new SourceException(answer + hint) { IsTransient = transient, RetryAfter = wait };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? (header?.Date is DateTimeOffset date ? date - settings.Options.Time.GetUtcNow() : null);
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>What If-Range takes: a strong ETag, else the date of the last change.</summary>
    private static string? Validator(HttpResponseMessage response)
        => response.Headers.ETag is { IsWeak: false } tag ? tag.Tag
            : response.Content.Headers.LastModified?.ToString("r", CultureInfo.InvariantCulture);

    private static bool IsOfTheNetwork(Exception exception) => exception is IOException or HttpRequestException or OperationCanceledException;

    /// <summary>An address as it may be shown and written down: without a password, and without the signatures in a query.</summary>
    public static string Shown(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
