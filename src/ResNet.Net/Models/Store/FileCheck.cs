using System.Buffers;
using System.Security.Cryptography;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Describes the result of checking a file.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="Result">The result.</param>
/// <param name="Details">The reason for the result, for messages. If the file is wrong, it is a predicate such as "has 3 bytes".</param>
/// <param name="ActualSha256">The SHA-256 of a file with right or wrong bytes; null if it was not hashed.</param>
/// <param name="IsFirstUse">Whether no SHA-256 is published, and the one of the file has just been accepted.</param>
internal sealed record FileCheck(
    string Path, FileCheckResult Result, string Details, string? ActualSha256 = null, bool IsFirstUse = false)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Checks a file by its verification record or, if that is invalid or not trusted, by hashing it. Renews the record.</summary>
    public static FileCheck Run(
        CandidateFile candidate, StoredFile file, bool trustRecord, ProgressReporter reporter, CancellationToken cancellationToken)
    {
        try
        {
            return trustRecord && FindRecord(candidate, file) is VerificationRecord record
                ? new FileCheck(candidate.Path, FileCheckResult.Right, "already verified", record.Sha256)
                : CheckHash(candidate, file, reporter, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new FileCheck(candidate.Path, FileCheckResult.Unreadable, exception.Message.TrimEnd('.'));
        }
    }

    /// <summary>
    /// Returns the verification record if it has the published hash, if any, and the file has not changed since; null otherwise.
    /// </summary>
    public static VerificationRecord? FindRecord(CandidateFile candidate, StoredFile file)
        => FileIdentity.Of(candidate.Path) is FileIdentity identity
            && (file.File.Bytes ?? identity.Bytes) == identity.Bytes
            && VerificationRecord.Read(candidate.RecordPath) is VerificationRecord record
            && (file.File.Sha256 ?? record.Sha256) == record.Sha256
            && record.Identity == identity
            ? record
            : null;

    private static FileCheck CheckHash(
        CandidateFile candidate, StoredFile file, ProgressReporter reporter, CancellationToken cancellationToken)
    {
        string path = candidate.Path;
        RegularFile.ThrowIfSpecial(path);
        if (FileIdentity.Of(path) is not FileIdentity before)
        {
            return new FileCheck(path, FileCheckResult.Missing, "no such file");
        }

        using FileStream stream = RegularFile.OpenRead(path, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        bool isWrongSize = file.File.Bytes is long bytes && stream.Length != bytes;
        if (isWrongSize || !file.HasHash)
        {
            byte[] start = new byte[ContentSniffer.SampleBytes];
            int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            string content = ContentSniffer.Describe(start.AsSpan(0, read));
            if (isWrongSize || content.Length > 0)
            {
                string expected = isWrongSize ? $" instead of {file.Bytes}" : "";
                return new FileCheck(path, FileCheckResult.Wrong, $"has {stream.Length} bytes{expected}{content}");
            }

            stream.Position = 0;
        }

        reporter.Begin(ModelDownloadStage.Verifying, path, 0, stream.Length);
        string actual = Hash(stream, reporter, cancellationToken);
        string? recorded = file.HasHash ? null : VerificationRecord.Read(candidate.RecordPath)?.Sha256;
        if (actual != (file.File.Sha256 ?? recorded ?? actual))
        {
            string details = file.HasHash
                ? $"has SHA-256 {actual} instead of {file.Sha256}"
                : $"has SHA-256 {actual} instead of {recorded}, which it had at its first use; if you replaced it, delete "
                    + $"'{candidate.RecordPath}'";
            return new FileCheck(path, FileCheckResult.Wrong, details, actual);
        }

        // A file that changed while it was read gets no record.
        if (FileIdentity.Of(path) == before)
        {
            new VerificationRecord(actual, before, DateTimeOffset.UtcNow).TryWrite(candidate.RecordPath);
        }

        return new FileCheck(path, FileCheckResult.Right, "verified", actual, IsFirstUse: !file.HasHash && recorded is null);
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
