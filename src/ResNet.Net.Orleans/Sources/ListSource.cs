using System.Runtime.CompilerServices;
using ResNet.Net.Onnx;

namespace ResNet.Net.Orleans;

/// <summary>
/// The images that a text file names, one per line: paths or HTTP(S) addresses, relative to the file. Empty lines are skipped.
/// </summary>
internal sealed class ListSource : IImageSource
{
    private readonly string _location;
    private readonly Lazy<HttpImages> _http;
    private readonly Uri? _address;
    private readonly string _folder;

    public ListSource(string location, Lazy<HttpImages> http)
    {
        _http = http;
        _address = ImageSourceDescription.IsAddress(location) ? new Uri(location) : null;
        _location = _address is null ? Path.GetFullPath(location) : location;
        _folder = _address is null ? Path.GetDirectoryName(_location) ?? _location : "";
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using StreamReader reader = new(await OpenListAsync(cancellationToken).ConfigureAwait(false));
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is string line)
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
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            throw new ImageSourceException($"The list '{_location}' can't be read: {exception.Message}", exception);
        }
    }
}
