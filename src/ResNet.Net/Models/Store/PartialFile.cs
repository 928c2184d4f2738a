using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace ResNet.Net;

/// <summary>
/// Represents the file that a download appends to, and hashes it meanwhile. The owner holds the lock of the variant. At any time, it
/// contains the start of the complete file, so that the download can be resumed.
/// </summary>
internal sealed class PartialFile : IAsyncDisposable
{
    private const int BufferBytes = 1 << 20;

    // Starting a thread pool task takes longer than hashing fewer bytes.
    private const int MinConcurrentHashBytes = 32 * 1024;

    private readonly FilePaths _paths;
    private readonly StoredFile _complete;
    private readonly string _path;
    private readonly bool _isPrivate;
    private readonly SafeFileHandle _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Task _hashing = Task.CompletedTask;
    private bool _published;

    private PartialFile(FilePaths paths, StoredFile complete, string path, bool isPrivate)
    {
        _paths = paths;
        _complete = complete;
        _path = path;
        _isPrivate = isPrivate;
        _file = StoreFile.OpenOrCreate(path);
    }

    /// <summary>Gets the number of bytes in the file and in the hash.</summary>
    public long Length { get; private set; }

    public bool IsComplete => Length == _complete.Bytes;

    /// <summary>Gets where the bytes came from; null if it is unknown.</summary>
    public DownloadOrigin? Origin { get; private set; }

    private string OriginPath => $"{_path}.origin";

    /// <summary>Opens the partial file, and hashes the bytes of an earlier download.</summary>
    /// <param name="paths">The paths of the file.</param>
    /// <param name="complete">The complete file.</param>
    /// <param name="isPrivate">Whether to use a unique name and discard an incomplete file, because locks are not effective.</param>
    /// <param name="reporter">Receives the progress of hashing.</param>
    /// <param name="cancellationToken">Cancels the hashing.</param>
    /// <exception cref="StoreException">The folder cannot be written.</exception>
    public static async Task<PartialFile> OpenAsync(
        FilePaths paths, StoredFile complete, bool isPrivate, ProgressReporter reporter, CancellationToken cancellationToken)
    {
        string path = isPrivate ? $"{paths.Partial}.{Guid.NewGuid():N}" : paths.Partial;
        PartialFile partial;
        try
        {
            StoreFile.CreateFolder(paths.Root, paths.Folder);
            partial = new PartialFile(paths, complete, path, isPrivate);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"'{path}' cannot be written: {exception.Message}", exception);
        }

        try
        {
            await Task.Run(() => partial.HashExisting(reporter, cancellationToken), cancellationToken).ConfigureAwait(false);
            return partial;
        }
        catch
        {
            await partial.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stores where the following bytes come from.</summary>
    public void SetOrigin(DownloadOrigin origin) => Try(() =>
    {
        if (Origin != origin)
        {
            origin.Write(OriginPath);
            Origin = origin;
        }
    });

    /// <summary>Appends bytes, and hashes them concurrently with the next call.</summary>
    /// <remarks>The caller must not change the bytes before the next call has returned, or <see cref="HashAsync"/>.</remarks>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > _complete.Bytes - Length)
        {
            throw new InvalidOperationException(
                $"{Length} + {bytes.Length} bytes exceed the {_complete.Bytes} bytes of '{_complete.Name}'.");
        }

        await _hashing.ConfigureAwait(false);
        if (bytes.Length >= MinConcurrentHashBytes)
        {
            _hashing = Task.Run(() => _hash.AppendData(bytes.Span));
        }
        else
        {
            _hash.AppendData(bytes.Span);
        }

        Try(() => RandomAccess.Write(_file, bytes.Span, Length));
        Length += bytes.Length;
    }

    /// <summary>Discards all bytes.</summary>
    public async Task ResetAsync()
    {
        await _hashing.ConfigureAwait(false);
        _ = _hash.GetHashAndReset();
        Length = 0;
        Origin = null;
        Try(() =>
        {
            RandomAccess.SetLength(_file, 0);
            File.Delete(OriginPath);
        });
    }

    /// <summary>Returns the SHA-256 of the bytes so far.</summary>
    public async Task<string> HashAsync()
    {
        await _hashing.ConfigureAwait(false);
        return Convert.ToHexStringLower(_hash.GetCurrentHash());
    }

    /// <summary>Flushes the file, whose hash is right, and renames it to its final name, so that nobody sees an incomplete file.</summary>
    public void Publish() => Try(() =>
    {
        RandomAccess.FlushToDisk(_file);
        _file.Dispose();
        File.Move(_path, _paths.File, overwrite: true);
        _published = true;
        Durability.FlushFolder(_paths.Folder);
        File.Delete(OriginPath);
    });

    public async ValueTask DisposeAsync()
    {
        await _hashing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _file.Dispose();
        _hash.Dispose();
        if (!_published && (Length == 0 || _isPrivate))
        {
            TryDelete(_path);
            TryDelete(OriginPath);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next download reuses it.
        }
    }

    private void HashExisting(ProgressReporter reporter, CancellationToken cancellationToken) => Try(() =>
    {
        long existing = RandomAccess.GetLength(_file);
        if (existing > _complete.Bytes)
        {
            RandomAccess.SetLength(_file, 0);
            existing = 0;
        }

        if (existing == 0)
        {
            return;
        }

        reporter.Begin(ModelDownloadStage.Verifying, _path, 0);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (Length < existing)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = RandomAccess.Read(_file, buffer, Length);
                if (read == 0)
                {
                    break;
                }

                _hash.AppendData(buffer.AsSpan(0, read));
                reporter.Advance(Length += read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Origin = DownloadOrigin.Read(OriginPath);
    });

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (DiskSpace.IsExhausted(exception))
        {
            string free = DiskSpace.Of(_paths.Folder) is long bytes ? $"{bytes} bytes are free" : "the free space is unknown";
            throw new StoreException(
                $"the disk (or its quota) is full: '{_complete.Name}' needs {_complete.Bytes} bytes, {Length} are written, "
                + $"and {free} in '{_paths.Folder}'. Free some space, or set {StoreVariables.Root} to a folder on another disk. "
                + "The download resumes where it stopped",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"'{_path}' cannot be written: {exception.Message}", exception);
        }
    }
}
