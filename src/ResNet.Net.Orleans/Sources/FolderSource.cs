using System.Runtime.CompilerServices;
using ResNet.Net.Onnx;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Orleans;

/// <summary>The images of a folder and its subfolders. Their names are paths relative to it, separated by <c>/</c>.</summary>
internal sealed class FolderSource(string folder) : IImageSource
{
    private readonly string _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfMissing(null);
        await Task.CompletedTask.ConfigureAwait(false);
        using IEnumerator<string> files = Listing(() => ImageFolder.Files(_root).GetEnumerator());
        while (Listing(files.MoveNext))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Path.GetRelativePath(_root, files.Current).Replace(Path.DirectorySeparatorChar, '/');
        }
    }

    public ValueTask<Stream> OpenAsync(string name, CancellationToken cancellationToken = default)
    {
        try
        {
            return new(RegularFile.OpenRead(Path.Combine(_root, name), options: FileOptions.SequentialScan));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            ThrowIfMissing(exception);
            throw;
        }
    }

    private T Listing<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageSourceException(
                $"The folder '{_root}' can't be listed: {exception.Message} Give this user access, or submit a list of the images.",
                exception);
        }
    }

    private void ThrowIfMissing(Exception? cause)
    {
        if (!Directory.Exists(_root))
        {
            throw new ImageSourceException($"The folder '{_root}' does not exist on this machine. Mount the shared storage.", cause);
        }
    }
}
