using System.Buffers;
using System.Security.Cryptography;

namespace ResNet.Net;

/// <summary>Describes the result of checking a file.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="Result">The result.</param>
/// <param name="Details">The reason for the result, for messages. If the file is wrong, it is a predicate such as "has 3 bytes".</param>
/// <param name="ActualSha256">The SHA-256 of a file with wrong bytes; null if it was not hashed.</param>
internal sealed record FileCheck(string Path, FileCheckResult Result, string Details, string? ActualSha256 = null)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Checks a file by its verification record or, if that is invalid or not trusted, by hashing it. Renews the record.</summary>
    public static FileCheck Run(
        CandidateFile candidate, StoredFile file, bool trustRecord, ProgressReporter reporter, CancellationToken cancellationToken)
    {
        try
        {
            return trustRecord && FindRecord(candidate, file) is not null
                ? new FileCheck(candidate.Path, FileCheckResult.Right, "already verified")
                : CheckHash(candidate, file, reporter, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new FileCheck(candidate.Path, FileCheckResult.Unreadable, exception.Message.TrimEnd('.'));
        }
    }

    /// <summary>Returns the verification record if it has the right hash and the file has not changed since; null otherwise.</summary>
    public static VerificationRecord? FindRecord(CandidateFile candidate, StoredFile file)
        => FileIdentity.Of(candidate.Path) is FileIdentity identity
            && identity.Bytes == file.Bytes
            && VerificationRecord.Read(candidate.RecordPath) is VerificationRecord record
            && record.Sha256 == file.Sha256
            && record.Identity == identity
            ? record
            : null;

    private static FileCheck CheckHash(
        CandidateFile candidate, StoredFile file, ProgressReporter reporter, CancellationToken cancellationToken)
    {
        string path = candidate.Path;
        if (FileIdentity.Of(path) is not FileIdentity before)
        {
            return new FileCheck(path, FileCheckResult.Missing, "no such file");
        }

        using FileStream stream = new(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        if (stream.Length != file.Bytes)
        {
            byte[] start = new byte[ContentSniffer.SampleBytes];
            int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            string content = ContentSniffer.Describe(start.AsSpan(0, read));
            return new FileCheck(path, FileCheckResult.Wrong, $"has {stream.Length} bytes instead of {file.Bytes}{content}");
        }

        reporter.Begin(ModelDownloadStage.Verifying, path, 0);
        string actual = Hash(stream, reporter, cancellationToken);
        if (actual != file.Sha256)
        {
            return new FileCheck(path, FileCheckResult.Wrong, $"has SHA-256 {actual} instead of {file.Sha256}", actual);
        }

        // A file that changed while it was read gets no record.
        if (FileIdentity.Of(path) == before)
        {
            new VerificationRecord(actual, before, DateTimeOffset.UtcNow).TryWrite(candidate.RecordPath);
        }

        return new FileCheck(path, FileCheckResult.Right, "verified");
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

internal enum FileCheckResult
{
    Missing,
    Right,
    Wrong,
    Unreadable,
}
