using System.Runtime.CompilerServices;
using System.Text;
using ResNet.Net.Onnx;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Orleans;

/// <summary>
/// The images that a text file names, one per line: paths or HTTP(S) addresses, relative to the file. Empty lines are skipped, and a
/// line has at most 65,536 characters.
/// </summary>
internal sealed class ListSource : IImageSource
{
    /// <summary>The largest number of characters in a line: more than any path or address has.</summary>
    internal const int MaxLineLength = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    private readonly string _location;
    private readonly Lazy<HttpImages> _http;
    private readonly Uri? _address;
    private readonly string _folder;
    private readonly TimeSpan _timeout;

    /// <param name="location">The path or address of the list.</param>
    /// <param name="http">The connections.</param>
    /// <param name="timeout">How long a line of the list may take to arrive.</param>
    public ListSource(string location, Lazy<HttpImages> http, TimeSpan timeout)
    {
        _http = http;
        _timeout = timeout;
        _address = ImageSourceDescription.IsAddress(location) ? new Uri(location) : null;
        _location = _address is null ? Path.GetFullPath(location) : location;
        _folder = _address is null ? Path.GetDirectoryName(_location) ?? _location : "";
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (ImageFolder.Extensions.Contains(Path.GetExtension(_address?.AbsolutePath ?? _location)))
        {
            throw NotAList("its name is that of an image", null);
        }

        using StreamReader text = new(await OpenListAsync(cancellationToken).ConfigureAwait(false), Strict);
        LineReader reader = new(text, MaxLineLength);
        using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        while (await ReadLineAsync(reader, time, cancellationToken).ConfigureAwait(false) is string line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return line;
            }
        }
    }

    public async ValueTask<Stream> OpenAsync(string name, CancellationToken cancellationToken = default)
        => _address is not null ? await _http.Value.OpenAsync(new Uri(_address, name), cancellationToken).ConfigureAwait(false)
            : ImageSourceDescription.IsAddress(name)
                ? await _http.Value.OpenAsync(new Uri(name), cancellationToken).ConfigureAwait(false)
            : RegularFile.OpenRead(Path.Combine(_folder, name), options: FileOptions.SequentialScan);

    private async Task<Stream> OpenListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _address is not null
                ? await _http.Value.OpenLongAsync(_address, cancellationToken).ConfigureAwait(false)
                : RegularFile.OpenRead(_location);
        }
        catch (Exception exception) when (IsUnavailable(exception))
        {
            throw Unavailable(exception);
        }
    }

    private async ValueTask<string?> ReadLineAsync(LineReader reader, CancellationTokenSource time, CancellationToken cancellationToken)
    {
        string? line;
        try
        {
            time.CancelAfter(_timeout);
            line = await reader.ReadAsync(time.Token).ConfigureAwait(false);

            // The caller may be slow.
            time.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable(new TimeoutException($"No line within {_timeout.TotalSeconds:0.#} seconds.", exception));
        }
        catch (DecoderFallbackException exception)
        {
            throw NotAList("it is not UTF-8 text", exception);
        }
        catch (InvalidDataException exception)
        {
            throw NotAList(exception.Message, exception);
        }
        catch (Exception exception) when (IsUnavailable(exception))
        {
            throw Unavailable(exception);
        }

        return line?.Contains('\0') == true ? throw NotAList("it has null characters", null) : line;
    }

    private static bool IsUnavailable(Exception exception)
        => exception is IOException or UnauthorizedAccessException or HttpRequestException or TimeoutException;

    private ImageSourceException Unavailable(Exception exception)
        => new($"The list '{_location}' can't be read: {FailureReason.Of(exception)}", exception);

    private ImageSourceException NotAList(string why, Exception? cause) => new(
        $"'{_location}' is not a list of images: {why}. A list is a text file with one path or address per line. To classify images, "
        + "name the folder that has them.",
        cause);
}
