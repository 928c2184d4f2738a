using System.Collections.Concurrent;

namespace ResNet.Net.Orleans;

/// <summary>Opens the sources of jobs on one machine, and owns their connections. Thread-safe.</summary>
public sealed class ImageSources : IDisposable
{
    private readonly ConcurrentDictionary<ImageSourceDescription, Lazy<IImageSource>> _open = new();
    private readonly Lazy<HttpImages> _http;
    private readonly Lazy<S3Client> _s3;

    /// <summary>Initializes a new instance of the <see cref="ImageSources"/> class.</summary>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public ImageSources(ImageSourceOptions? options = null)
    {
        Options = options ?? new ImageSourceOptions();
        Options.Validate();
        _http = new Lazy<HttpImages>(() => new HttpImages(Options));
        _s3 = new Lazy<S3Client>(() => new S3Client(Options));
    }

    /// <summary>Gets the options.</summary>
    public ImageSourceOptions Options { get; }

    /// <summary>Opens a source. The same description returns the same source.</summary>
    /// <param name="description">The description.</param>
    /// <returns>The source, which this object owns. Folders and services are not contacted yet.</returns>
    /// <exception cref="ImageSourceException">The kind is unknown.</exception>
    public IImageSource Open(ImageSourceDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        return _open.GetOrAdd(description, d => new Lazy<IImageSource>(() => Create(d))).Value;
    }

    /// <summary>Closes connections and custom sources.</summary>
    public void Dispose()
    {
        foreach (Lazy<IImageSource> source in _open.Values.Where(s => s.IsValueCreated))
        {
            (source.Value as IDisposable)?.Dispose();
        }

        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }

        if (_s3.IsValueCreated)
        {
            _s3.Value.Dispose();
        }
    }

    private IImageSource Create(ImageSourceDescription description) => Options.Custom?.Invoke(description) ?? description.Kind switch
    {
        ImageSourceDescription.Folder => new FolderSource(description.Location),
        ImageSourceDescription.List => new ListSource(description.Location, _http, Options.Timeout),
        ImageSourceDescription.S3 => new S3Source(description.Location, _s3, Options),
        _ => throw new ImageSourceException(
            $"This machine knows no images of the kind '{description.Kind}'. Set ImageSourceOptions.Custom."),
    };
}
