using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace ResNet.Net.Training;

/// <summary>
/// Caches the features of image files on disk, one append-only file per backbone. Every vector has a checksum. A cache that cannot be read
/// or written only costs time, and is logged once. Thread-safe; several processes can share the folder.
/// </summary>
internal sealed class FeatureCache : IDisposable
{
    private const int MaxBufferedBytes = 256 * 1024;

    // While another process writes, vectors wait in memory up to this size, and at the end for this time.
    private const int MaxWaitingBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly FeatureRecord _record;
    private readonly ILogger _log;
    private readonly Dictionary<FeatureKey, long> _offsets = [];
    private readonly List<FeatureKey> _buffered = [];
    private readonly MemoryStream _buffer = new();
    private SafeFileHandle? _file;
    private long _lastFlush = Environment.TickCount64;
    private bool _isDamageLogged;
    private bool _isReadOnly;

    private FeatureCache(string path, FeatureRecord record, ILogger log)
    {
        _path = path;
        _record = record;
        _log = log;
    }

    /// <summary>Opens the cache of a backbone. It is empty if the folder cannot be used or its file belongs to something else.</summary>
    /// <param name="folder">The folder, which is created with the first vectors.</param>
    /// <param name="identity">The identity of the backbone, 32 bytes.</param>
    /// <param name="dimension">The number of features.</param>
    /// <param name="log">Receives problems.</param>
    public static FeatureCache Open(string folder, ReadOnlySpan<byte> identity, int dimension, ILogger log)
    {
        string path = Path.Combine(folder, $"{Convert.ToHexStringLower(identity[..16])}.features");
        FeatureCache cache = new(path, new FeatureRecord(identity, dimension), log);
        try
        {
            cache.ReadIndex();
        }
        catch (Exception exception) when (IsOfDisk(exception))
        {
            log.FeatureCacheUnreadable(path, exception.Message);
        }

        log.FeatureCacheOpened(path, cache._offsets.Count);
        return cache;
    }

    /// <summary>Computes a hash of everything that determines the features of an image file: 32 bytes.</summary>
    /// <param name="graph">The bytes of the graph.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="options">The options.</param>
    public static byte[] IdentityOf(ReadOnlySpan<byte> graph, PreprocessingProfile profile, ResNetModelOptions options)
        => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [
            Convert.ToHexStringLower(SHA256.HashData(graph)),
            ProfileJson.Write(profile),
            $"{options.Decoder?.GetType().FullName ?? nameof(SkiaSharpDecoder)} {options.Decoding}",
            options.ExecutionProvider?.Name ?? "CPU",
        ])));

    /// <summary>Reads the features of a view of a file.</summary>
    /// <param name="fileHash">The SHA-256 of the file.</param>
    /// <param name="view">The view.</param>
    /// <param name="features">Receives the features if they are cached.</param>
    /// <returns>Whether they are cached.</returns>
    public bool TryRead(ReadOnlySpan<byte> fileHash, ImageView view, Span<float> features)
    {
        FeatureKey key = FeatureKey.Of(fileHash, view);
        lock (_gate)
        {
            if (_file is null || !_offsets.TryGetValue(key, out long offset))
            {
                return false;
            }

            Span<byte> record = _record.Scratch;
            bool isComplete;
            try
            {
                isComplete = RandomAccess.Read(_file, record, offset) == record.Length;
            }
            catch (Exception exception) when (IsOfDisk(exception))
            {
                isComplete = false;
            }

            if (isComplete && FeatureRecord.TryParse(record, key, features))
            {
                return true;
            }

            _offsets.Remove(key);
            LogDamage();
            return false;
        }
    }

    /// <summary>Adds the features of a view of a file. They are written later, together with others.</summary>
    public void Add(ReadOnlySpan<byte> fileHash, ImageView view, ReadOnlySpan<float> features)
    {
        lock (_gate)
        {
            if (_isReadOnly)
            {
                return;
            }

            FeatureKey key = FeatureKey.Of(fileHash, view);
            _buffered.Add(key);
            _buffer.Write(_record.Format(key, features));
            if (_buffer.Length >= MaxBufferedBytes || Environment.TickCount64 - _lastFlush >= FlushInterval.TotalMilliseconds)
            {
                _ = TryFlush();
                if (_buffer.Length > MaxWaitingBytes)
                {
                    StopWriting("another process keeps it locked");
                }
            }
        }
    }

    /// <summary>Writes the added features. Waits briefly while another process writes.</summary>
    public void Flush()
    {
        long end = Environment.TickCount64 + (long)MaxWait.TotalMilliseconds;
        while (true)
        {
            lock (_gate)
            {
                if (TryFlush())
                {
                    return;
                }

                if (Environment.TickCount64 >= end)
                {
                    StopWriting("another process keeps it locked");
                    return;
                }
            }

            Thread.Sleep(10);
        }
    }

    public void Dispose()
    {
        Flush();
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
            _isReadOnly = true;
        }
    }

    private static bool IsOfDisk(Exception exception)
        => exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or StoreException;

    private static SafeFileHandle OpenHandle(string path, FileMode mode, FileAccess access)
        => File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete);

    private void ReadIndex()
    {
        if (!File.Exists(_path))
        {
            return;
        }

        _file = OpenHandle(_path, FileMode.Open, FileAccess.Read);
        long length = RandomAccess.GetLength(_file);
        byte[] header = new byte[FeatureRecord.HeaderLength];
        int read = RandomAccess.Read(_file, header, 0);
        if (_record.ProblemOf(header.AsSpan(0, read)) is string problem)
        {
            _log.FeatureCacheRejected(_path, problem);
            return;
        }

        // Only the keys: a checksum is verified when its vector is needed.
        Span<byte> key = stackalloc byte[FeatureKey.Length];
        for (long offset = header.Length; offset + _record.Length <= length; offset += _record.Length)
        {
            if (RandomAccess.Read(_file, key, offset) == key.Length)
            {
                _offsets[FeatureKey.Parse(key)] = offset;
            }
        }

        if ((length - header.Length) % _record.Length != 0)
        {
            LogDamage();
        }
    }

    /// <summary>Writes the buffer at the end of the file; returns false if another process or thread holds the lock.</summary>
    private bool TryFlush()
    {
        if (_buffer.Length == 0 || _isReadOnly)
        {
            return true;
        }

        _lastFlush = Environment.TickCount64;
        try
        {
            using StoreLock? acquired = StoreLock.TryAcquire($"{_path}.lock");
            if (acquired is null)
            {
                return false;
            }

            Append(_buffer.GetBuffer().AsSpan(0, (int)_buffer.Length));
        }
        catch (Exception exception) when (IsOfDisk(exception))
        {
            StopWriting(exception.Message.TrimEnd('.'));
        }

        _buffer.SetLength(0);
        _buffered.Clear();
        return true;
    }

    private void Append(ReadOnlySpan<byte> records)
    {
        using SafeFileHandle file = OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        byte[] header = new byte[FeatureRecord.HeaderLength];
        int read = RandomAccess.Read(file, header, 0);
        long length = RandomAccess.GetLength(file);
        if (_record.ProblemOf(header.AsSpan(0, read)) is not null)
        {
            // New, of another version, or damaged: start the file again.
            _offsets.Clear();
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, _record.Header, 0);
            length = header.Length;
        }

        // A process that was killed while it wrote leaves a part of a record.
        long end = length - ((length - header.Length) % _record.Length);
        try
        {
            RandomAccess.SetLength(file, end);
            RandomAccess.Write(file, records, end);
        }
        catch
        {
            RandomAccess.SetLength(file, end);
            throw;
        }

        _file ??= OpenHandle(_path, FileMode.Open, FileAccess.Read);
        for (int i = 0; i < _buffered.Count; i++)
        {
            _offsets[_buffered[i]] = end + ((long)i * _record.Length);
        }
    }

    private void StopWriting(string reason)
    {
        _isReadOnly = true;
        _buffer.SetLength(0);
        _buffered.Clear();
        _log.FeatureCacheNotWritten(_path, reason);
    }

    private void LogDamage()
    {
        if (!_isDamageLogged)
        {
            _isDamageLogged = true;
            _log.FeatureCacheDamaged(_path);
        }
    }
}
