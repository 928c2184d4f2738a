using System.Diagnostics;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Finds, downloads, imports, verifies, lists and removes one file of a variant.</summary>
internal sealed class FileStore(StoreSettings settings, StoredFile file, IProgress<ModelDownloadProgress>? progress = null)
{
    // For the file system and the verification record.
    private const long SpareBytes = 1 << 20;

    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MaxPoll = TimeSpan.FromMilliseconds(250);

    private readonly FilePaths _paths = new(settings.Root, file);
    private readonly ProgressReporter _reporter = new(file, progress);

    private bool TrustsRecords => !settings.Options.AlwaysVerify;

    private List<CandidateFile> Candidates => _paths.CandidatesIn(settings.Options.ApplicationFolder, settings.LocalFolders);

    /// <summary>Returns a file with a valid verification record, without reading the file; null if there is none.</summary>
    public VerifiedFile? FindVerified()
    {
        if (!TrustsRecords)
        {
            return null;
        }

        foreach (CandidateFile candidate in Candidates)
        {
            if (FileCheck.FindRecord(candidate, file) is VerificationRecord record)
            {
                _reporter.Done(candidate.Path);
                return new VerifiedFile(candidate.Path, record.Sha256);
            }
        }

        return null;
    }

    /// <inheritdoc cref="Find(LookupReport, CancellationToken)"/>
    public VerifiedFile? Find(CancellationToken cancellationToken) => Find(new LookupReport(settings, file), cancellationToken);

    /// <summary>Returns the first file with the right bytes, hashing those without a valid record; null if there is none.</summary>
    private VerifiedFile? Find(LookupReport report, CancellationToken cancellationToken)
    {
        foreach (CandidateFile candidate in Candidates)
        {
            FileCheck check = FileCheck.Run(candidate, file, TrustsRecords, _reporter, cancellationToken);
            if (check.Result == FileCheckResult.Right)
            {
                return Use(check);
            }

            report.Add(check, candidate.Origin);
            if (check.Result is FileCheckResult.Wrong or FileCheckResult.Unreadable)
            {
                Log(check);
                _reporter.Notice($"{candidate.Path} is not used: {check.Details}.");
            }
        }

        return null;
    }

    /// <summary>Returns the file, downloading it if necessary.</summary>
    /// <exception cref="ModelUnavailableException">The file is missing and cannot be downloaded.</exception>
    public async Task<VerifiedFile> EnsureAsync(CancellationToken cancellationToken)
    {
        LookupReport report = new(settings, file);
        if (Find(report, cancellationToken) is VerifiedFile found)
        {
            return found;
        }

        try
        {
            if (!file.HasHash || file.IsPackaged || settings.Offline || settings.Sources.Count == 0)
            {
                report.AddWhyNothingWasDownloaded();
                await QuarantineIfWrongAsync(report, cancellationToken).ConfigureAwait(false);
                throw report.ToException();
            }

            using StoreLock? acquired = await WaitForLockAsync(cancellationToken).ConfigureAwait(false);
            if (acquired is null || TryUseExisting(cancellationToken))
            {
                _reporter.Done(_paths.File);
                return new VerifiedFile(_paths.File, file.Sha256);
            }

            PartialFile partial = await OpenPartialAsync(acquired, cancellationToken).ConfigureAwait(false);
            await using (partial.ConfigureAwait(false))
            {
                CheckSpace(partial.Length);
                await DownloadAndPublishAsync(partial, report, cancellationToken).ConfigureAwait(false);
            }

            return new VerifiedFile(_paths.File, file.Sha256);
        }
        catch (StoreException exception)
        {
            throw report.ToException(exception);
        }
    }

    /// <summary>Hashes the file, ignoring its verification record. A file in the store with wrong bytes is quarantined.</summary>
    /// <returns>The verified file.</returns>
    /// <exception cref="ModelUnavailableException">The file is missing, or its bytes are wrong.</exception>
    public async Task<StoredModel> VerifyAsync(CancellationToken cancellationToken)
    {
        LookupReport report = new(settings, file);
        foreach (CandidateFile candidate in Candidates)
        {
            FileCheck check = FileCheck.Run(candidate, file, trustRecord: false, _reporter, cancellationToken);
            if (check.Result == FileCheckResult.Right)
            {
                return List().First(m => m.Path == Use(check).Path) with { Sha256 = check.ActualSha256 };
            }

            report.Add(check, candidate.Origin);
            if (check.Result == FileCheckResult.Missing)
            {
                continue;
            }

            Log(check);
            if (!candidate.IsLocal)
            {
                await QuarantineIfWrongAsync(report, cancellationToken).ConfigureAwait(false);
            }

            break;
        }

        throw report.ToException();
    }

    /// <summary>Copies a file, whose hash has just been verified, into the store.</summary>
    /// <exception cref="ModelUnavailableException">The store cannot be written.</exception>
    public async Task ImportAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using StoreLock? acquired = await WaitForLockAsync(cancellationToken).ConfigureAwait(false);
            if (acquired is null || TryUseExisting(cancellationToken))
            {
                _reporter.Done(_paths.File);
                return;
            }

            PartialFile partial = await OpenPartialAsync(acquired, cancellationToken).ConfigureAwait(false);
            await using (partial.ConfigureAwait(false))
            {
                await partial.ResetAsync().ConfigureAwait(false);
                CheckSpace(0);
                await CopyAsync(path, partial, cancellationToken).ConfigureAwait(false);
                Publish(partial);
            }
        }
        catch (StoreException exception)
        {
            throw new LookupReport(settings, file).ToException(exception);
        }
    }

    /// <summary>Deletes the verification records of a file whose content turned out to be wrong.</summary>
    public void Forget(string path)
    {
        foreach (CandidateFile candidate in Candidates.Where(c => c.Path == path))
        {
            try
            {
                File.Delete(candidate.RecordPath);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A read-only folder: the hash of the next file differs from the recorded one, which the message of that error explains.
            }
        }
    }

    /// <summary>Removes all files of the variant from the store.</summary>
    /// <param name="optimizedFolders">The folders with optimized models of the variant.</param>
    /// <returns>Whether there were any.</returns>
    /// <exception cref="ModelUnavailableException">The variant is being downloaded, or the folder cannot be written.</exception>
    public bool Remove(IEnumerable<string> optimizedFolders)
    {
        string[] folders = [.. optimizedFolders.Append(_paths.Folder).Where(Directory.Exists)];
        if (folders.Length == 0)
        {
            return false;
        }

        try
        {
            using StoreLock acquired = StoreLock.TryAcquire(_paths.Lock, settings.Root)
                ?? throw new StoreException("another process or thread is downloading it. Stop that first");
            foreach (string folder in folders)
            {
                Directory.Delete(folder, recursive: true);
            }

            return true;
        }
        catch (Exception exception) when (exception is StoreException or IOException or UnauthorizedAccessException)
        {
            throw new ModelUnavailableException(
                file.Variant.Id,
                $"The files of '{file.Variant.Id}' cannot be removed from '{_paths.Folder}': {exception.Message.TrimEnd('.')}.",
                exception);
        }
    }

    /// <summary>Lists the existing files, without reading them.</summary>
    public IEnumerable<StoredModel> List()
    {
        foreach (CandidateFile candidate in Candidates)
        {
            if (FileIdentity.Of(candidate.Path) is FileIdentity identity)
            {
                VerificationRecord? record = FileCheck.FindRecord(candidate, file);
                StoredModelState state = record is null ? StoredModelState.Unverified
                    : file.HasHash ? StoredModelState.Verified
                    : StoredModelState.HashRecorded;
                yield return Describe(candidate.Path, identity, state) with { VerifiedAt = record?.VerifiedAt, Sha256 = record?.Sha256 };
            }
        }

        if (FileIdentity.Of(_paths.Partial) is FileIdentity partial)
        {
            yield return Describe(_paths.Partial, partial, StoredModelState.Partial);
        }

        if (FileIdentity.Of(_paths.Damaged) is FileIdentity damaged)
        {
            yield return Describe(_paths.Damaged, damaged, StoredModelState.Damaged);
        }
    }

    private StoredModel Describe(string path, FileIdentity identity, StoredModelState state) => new()
    {
        Variant = file.Variant,
        Kind = file.Kind,
        File = file.File,
        Path = path,
        Bytes = identity.Bytes,
        State = state,
    };

    /// <summary>Returns a file with the right content. The acceptance of a hash that is not published is reported.</summary>
    private VerifiedFile Use(FileCheck check)
    {
        if (check.IsFirstUse)
        {
            settings.Log.HashAccepted(check.Path, file.Title, check.ActualSha256!);
            _reporter.Notice(
                $"{check.Path} is used with SHA-256 {check.ActualSha256}. "
                + $"It is not verified: no SHA-256 is published for the {file.Title}.");
        }

        _reporter.Done(check.Path);
        return new VerifiedFile(check.Path, check.ActualSha256!);
    }

    private Task<PartialFile> OpenPartialAsync(StoreLock acquired, CancellationToken cancellationToken)
        => PartialFile.OpenAsync(_paths, file, isPrivate: !acquired.IsEffective, _reporter, cancellationToken);

    private async Task DownloadAndPublishAsync(PartialFile partial, LookupReport report, CancellationToken cancellationToken)
    {
        Activity? activity = Instruments.Activities.StartActivity("download model")
            ?.SetTag(TagNames.Model, file.Variant.Id)
            .SetTag(TagNames.FileBytes, file.Bytes);
        long start = Stopwatch.GetTimestamp();
        try
        {
            ModelSource source = await DownloadAsync(partial, report, cancellationToken).ConfigureAwait(false);
            Publish(partial);
            Activities.End(activity?.SetTag(TagNames.Source, source.Name), null);
            settings.Log.DownloadFinished(file.Name, source.Name, Stopwatch.GetElapsedTime(start).TotalSeconds, _paths.File);
        }
        catch (Exception exception)
        {
            Activities.End(activity, exception);
            throw;
        }
    }

    private async Task<ModelSource> DownloadAsync(PartialFile partial, LookupReport report, CancellationToken cancellationToken)
    {
        Downloader downloader = new(settings, file, _reporter);
        foreach (ModelSource source in settings.Sources)
        {
            if (source.GetAddress(file.Variant, file.File) is not Uri address)
            {
                report.AddSourceWithoutFile(source);
                continue;
            }

            settings.Log.DownloadStarted(file.Name, file.Bytes, partial.Length, source.Name);
            try
            {
                await downloader.DownloadAsync(source, address, partial, cancellationToken).ConfigureAwait(false);
                return source;
            }
            catch (SourceException exception)
            {
                report.Add(source, Downloader.Redact(address), exception);
                if (exception.IsWrongContent)
                {
                    settings.Log.VerificationFailed(source.Name, file.Name, exception.Message);
                }

                settings.Log.SourceFailed(source.Name, file.Name, exception.Message);
                _reporter.Notice($"{source.Name} does not provide {file.Name}: {exception.Message}.");
            }
        }

        throw report.ToException();
    }

    private async Task CopyAsync(string path, PartialFile partial, CancellationToken cancellationToken)
    {
        const int BufferBytes = 256 * 1024;
        FileStream source = RegularFile.OpenRead(path, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        await using (source.ConfigureAwait(false))
        {
            _reporter.Begin(ModelDownloadStage.Importing, path, 0);

            // Two buffers: one is hashed while the other is filled.
            byte[][] buffers = [new byte[BufferBytes], new byte[BufferBytes]];
            for (int turn = 0; !partial.IsComplete; turn ^= 1)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = source.Read(buffers[turn], 0, (int)Math.Min(BufferBytes, file.Bytes - partial.Length));
                if (read == 0)
                {
                    break;
                }

                await partial.AppendAsync(buffers[turn].AsMemory(0, read)).ConfigureAwait(false);
                _reporter.Advance(partial.Length);
            }
        }

        if (await partial.HashAsync().ConfigureAwait(false) != file.Sha256)
        {
            await partial.ResetAsync().ConfigureAwait(false);
            throw new StoreException($"'{path}' changed while it was copied. Import it again");
        }
    }

    private void Publish(PartialFile partial)
    {
        partial.Publish();
        if (FileIdentity.Of(_paths.File) is FileIdentity identity)
        {
            new VerificationRecord(file.Sha256, identity, DateTimeOffset.UtcNow).TryWrite(_paths.Stored.RecordPath);
        }

        _reporter.Done(_paths.File);
    }

    private void CheckSpace(long alreadyWritten)
    {
        long needed = file.Bytes - alreadyWritten + SpareBytes;
        if (settings.Options.FreeSpace(_paths.Folder) is long free && free < needed)
        {
            throw new StoreException(
                $"the disk has too little free space: {needed} bytes are needed, but {free} are free in '{_paths.Folder}'. "
                + $"Free some space, or set {StoreVariables.Root} to a folder on another disk");
        }
    }

    /// <summary>
    /// Checks the file in the store again while holding the lock, because the previous owner of the lock may have stored it. A file with
    /// wrong bytes is quarantined.
    /// </summary>
    /// <returns>Whether the file can be used.</returns>
    private bool TryUseExisting(CancellationToken cancellationToken)
    {
        FileCheck check = FileCheck.Run(_paths.Stored, file, TrustsRecords, _reporter, cancellationToken);
        switch (check.Result)
        {
            case FileCheckResult.Right:
                return true;
            case FileCheckResult.Wrong:
                Quarantine();
                return false;
            case FileCheckResult.Unreadable:
                // It may be intact, and belong to another user.
                throw new StoreException($"'{check.Path}' exists, but cannot be read: {check.Details}");
            default:
                return false;
        }
    }

    /// <summary>Quarantines the file in the store if its bytes are wrong, ignoring its verification record.</summary>
    private async Task QuarantineIfWrongAsync(LookupReport report, CancellationToken cancellationToken)
    {
        if (!File.Exists(_paths.File))
        {
            return;
        }

        try
        {
            using StoreLock? acquired = await WaitForLockAsync(cancellationToken).ConfigureAwait(false);
            FileCheck check = FileCheck.Run(_paths.Stored, file, trustRecord: false, _reporter, cancellationToken);
            if (check.Result == FileCheckResult.Wrong)
            {
                report.AddAction(Quarantine());
            }
        }
        catch (StoreException exception)
        {
            report.AddAction($"It was not renamed: {exception.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>Renames the file in the store, which has wrong bytes. The caller holds the lock.</summary>
    /// <returns>A sentence for messages.</returns>
    private string Quarantine()
    {
        try
        {
            File.Delete(_paths.Stored.RecordPath);
            File.Move(_paths.File, _paths.Damaged, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the damaged file '{_paths.File}' cannot be renamed: {exception.Message}", exception);
        }

        settings.Log.FileQuarantined(_paths.File, _paths.Damaged);
        string sentence = $"The damaged file was renamed to {_paths.Damaged}.";
        _reporter.Notice(sentence);
        return sentence;
    }

    /// <summary>Waits for the lock; returns null if the verified file appeared meanwhile.</summary>
    private async Task<StoreLock?> WaitForLockAsync(CancellationToken cancellationToken)
    {
        TimeSpan poll = FirstPoll;
        for (bool isWaiting = false; ; isWaiting = true)
        {
            if (StoreLock.TryAcquire(_paths.Lock, settings.Root) is StoreLock acquired)
            {
                return acquired;
            }

            if (isWaiting && TrustsRecords && FileCheck.FindRecord(_paths.Stored, file) is not null)
            {
                return null;
            }

            long bytes = FileIdentity.Of(_paths.Partial)?.Bytes ?? 0;
            if (isWaiting)
            {
                _reporter.Advance(bytes);
            }
            else
            {
                settings.Log.WaitingForOther(file.Name);
                _reporter.Begin(ModelDownloadStage.Waiting, null, bytes);
            }

            await Task.Delay(poll, cancellationToken).ConfigureAwait(false);
            poll = TimeSpan.FromTicks(Math.Min(poll.Ticks * 2, MaxPoll.Ticks));
        }
    }

    private void Log(FileCheck check)
    {
        if (check.Result == FileCheckResult.Wrong)
        {
            settings.Log.VerificationFailed(check.Path, file.Name, check.Details);
        }
        else
        {
            settings.Log.FileUnreadable(check.Path, check.Details);
        }
    }
}
