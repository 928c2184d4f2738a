using System.Buffers;
using System.Security.Cryptography;

namespace ResNet.Net;

/// <summary>What became of looking at one place for a file.</summary>
internal sealed record FileCheck(string Path, FileCheckResult Result, string Finding, string? ActualSha256 = null)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Judges a file by its stamp, unless that is not to be trusted; hashes it, and renews the stamp, where that does not do.</summary>
    public static FileCheck Run(string path, string stampPath, StoredFile file, bool trustStamp, ProgressReporter reporter, CancellationToken cancellationToken)
    {
        try
        {
            if (trustStamp && ByStamp(path, stampPath, file) is not null)
            {
                return new FileCheck(path, FileCheckResult.Right, "verified before");
            }

            return ByHash(path, stampPath, file, reporter, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new FileCheck(path, FileCheckResult.Unreadable, exception.Message);
        }
    }

    /// <summary>The stamp, if it is of these bytes and the file looks as it did then.</summary>
    public static VerificationRecord? ByStamp(string path, string stampPath, StoredFile file)
        => FileIdentity.Of(path) is FileIdentity identity
            && identity.Bytes == file.Bytes
            && VerificationRecord.Read(stampPath) is VerificationRecord stamp
            && stamp.Sha256 == file.Sha256
            && stamp.Identity == identity
            ? stamp
            : null;

    private static FileCheck ByHash(string path, string stampPath, StoredFile file, ProgressReporter reporter, CancellationToken cancellationToken)
    {
        if (FileIdentity.Of(path) is not FileIdentity before)
        {
            return new FileCheck(path, FileCheckResult.Missing, "no such file");
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        if (stream.Length != file.Bytes)
        {
            byte[] start = new byte[WrongContent.EnoughBytes];
            int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            return new FileCheck(path, FileCheckResult.Wrong, $"has {stream.Length} bytes instead of {file.Bytes}{WrongContent.Name(start.AsSpan(0, read))}");
        }

        reporter.Begin(ModelDownloadStage.Verifying, path, 0);
        string actual = Hash(stream, reporter, cancellationToken);
        if (actual != file.Sha256)
        {
            return new FileCheck(path, FileCheckResult.Wrong, $"has SHA-256 {actual} instead of {file.Sha256}", actual);
        }

        // Only a file that stood still while it was read has a stamp.
        if (FileIdentity.Of(path) == before)
        {
            new VerificationRecord(actual, before, DateTimeOffset.UtcNow).TryWrite(stampPath);
        }

        return new FileCheck(path, FileCheckResult.Right, "verified now");
    }

    private static string Hash(FileStream stream, ProgressReporter reporter, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long done = 0;
            for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer.AsSpan(0, read));
                reporter.Advance(done += read);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
