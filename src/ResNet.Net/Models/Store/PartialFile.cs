using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace ResNet.Net;

/// <summary>
/// The file that a download grows in, hashed as it grows. Its owner holds the variant's lock. Never longer than the whole file, and worth resuming at any moment:
/// what is written is always the beginning of the file.
/// </summary>
internal sealed class PartialFile : IAsyncDisposable
{
    private const int BufferBytes = 1 << 20;

    // Less than this is hashed sooner than another thread could be asked to.
    private const int HashElsewhere = 32 * 1024;

    private readonly FilePaths _paths;
    private readonly StoredFile _whole;
    private readonly string _path;
    private readonly bool _isPrivate;
    private readonly SafeFileHandle _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Task _hashing = Task.CompletedTask;
    private bool _published;

    private PartialFile(FilePaths paths, StoredFile whole, string path, bool isPrivate)
    {
        _paths = paths;
        _whole = whole;
        _path = path;
        _isPrivate = isPrivate;
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Bytes that are in the file, and in the hash.</summary>
    public long Length { get; private set; }

    public bool IsWhole => Length == _whole.Bytes;

    /// <summary>Where the bytes came from; null when that is not known.</summary>
    public PartialOrigin? Origin { get; private set; }

    private string OriginPath => $"{_path}.origin";

    /// <summary>Opens what an earlier download left, and hashes it.</summary>
    /// <param name="paths">The file's paths.</param>
    /// <param name="whole">The file that it becomes.</param>
    /// <param name="isPrivate">True where locks do not work: the file gets a name that nobody else uses, and is not kept.</param>
    /// <param name="reporter">Learns how far the hashing is.</param>
    /// <param name="cancellationToken">Cancels the hashing.</param>
    /// <exception cref="StoreException">The folder cannot be written.</exception>
    public static async Task<PartialFile> OpenAsync(FilePaths paths, StoredFile whole, bool isPrivate, ProgressReporter reporter, CancellationToken cancellationToken)
    {
        string path = isPrivate ? $"{paths.Partial}.{Guid.NewGuid():N}" : paths.Partial;
        PartialFile partial;
        try
        {
            Directory.CreateDirectory(paths.Folder);
            partial = new PartialFile(paths, whole, path, isPrivate);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"'{path}' cannot be written: {exception.Message}", exception);
        }

        try
        {
            await Task.Run(() => partial.TakeOver(reporter, cancellationToken), cancellationToken).ConfigureAwait(false);
            return partial;
        }
        catch
        {
            await partial.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Remembers where the bytes from here on come from.</summary>
    public void SetOrigin(PartialOrigin origin) => Try(() =>
    {
        if (Origin != origin)
        {
            origin.Write(OriginPath);
            Origin = origin;
        }
    });

    /// <summary>Writes bytes at the end, and hashes them meanwhile. They must stay as they are until the next call but one, or until <see cref="HashAsync"/>.</summary>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > _whole.Bytes - Length)
        {
            throw new InvalidOperationException($"{Length} and {bytes.Length} bytes are more than the {_whole.Bytes} of '{_whole.Name}'.");
        }

        await _hashing.ConfigureAwait(false);
        if (bytes.Length >= HashElsewhere)
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

    /// <summary>Throws away what is there, to begin again.</summary>
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

    /// <summary>The SHA-256 of what is there.</summary>
    public async Task<string> HashAsync()
    {
        await _hashing.ConfigureAwait(false);
        return Convert.ToHexStringLower(_hash.GetCurrentHash());
    }

    /// <summary>Puts the file, whose hash is right, into its place: on the disk first, then under its name, so that nobody ever sees half of it.</summary>
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
            // Left for the next download to take over.
        }
    }

    private void TakeOver(ProgressReporter reporter, CancellationToken cancellationToken) => Try(() =>
    {
        long there = RandomAccess.GetLength(_file);
        if (there > _whole.Bytes)
        {
            RandomAccess.SetLength(_file, 0);
            there = 0;
        }

        if (there == 0)
        {
            return;
        }

        reporter.Begin(ModelDownloadStage.Verifying, _path, 0);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (Length < there)
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

        Origin = PartialOrigin.Read(OriginPath);
    });

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (DiskSpace.IsExhausted(exception))
        {
            string free = DiskSpace.Of(_paths.Folder) is long bytes ? $"{bytes} bytes are free" : "how much is free is not known";
            throw new StoreException(
                $"the disk (or its quota) is full: '{_whole.Name}' needs {_whole.Bytes} bytes, {Length} of them are written, and {free} in '{_paths.Folder}'. "
                + $"Make room, or set {StoreVariables.Root} to a folder on another disk; what is written is kept and goes on from there.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"'{_path}' cannot be written: {exception.Message}", exception);
        }
    }
}
