using System.Diagnostics;

namespace ResNet.Net;

/// <summary>One file of a variant's in the store: finds it, brings it, verifies it, sets it aside.</summary>
internal sealed class FileStore(StoreSettings settings, StoredFile file, IProgress<ModelDownloadProgress>? progress = null)
{
    // Room for the file system's own needs, stamps included.
    private const long SpareBytes = 1 << 20;

    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(250);

    private readonly FilePaths _paths = new(settings.Root, file);
    private readonly ProgressReporter _reporter = new(file, progress);

    private bool TrustsStamps => !settings.Options.AlwaysVerify;

    private List<CandidateFile> Places => _paths.PlacesWith(settings.LocalFolders);

    /// <summary>The file that was verified before and has not changed since: costs a look at the file and at its stamp.</summary>
    public string? FindByStamp()
    {
        if (!TrustsStamps)
        {
            return null;
        }

        foreach (CandidateFile place in Places)
        {
            if (FileCheck.ByStamp(place.Path, place.StampPath, file) is not null)
            {
                _reporter.Done(place.Path);
                return place.Path;
            }
        }

        return null;
    }

    /// <summary>The first file with the right bytes, hashed where there is no stamp.</summary>
    public string? Find(LookupReport findings, CancellationToken cancellationToken)
    {
        foreach (CandidateFile place in Places)
        {
            FileCheck check = FileCheck.Run(place.Path, place.StampPath, file, TrustsStamps, _reporter, cancellationToken);
            if (check.Result == FileCheckResult.Right)
            {
                _reporter.Done(place.Path);
                return place.Path;
            }

            findings.Add(check, place.Origin);
            if (check.Result is FileCheckResult.Wrong or FileCheckResult.Unreadable)
            {
                Log(check);
                _reporter.Notice($"{place.Path} is not used: {check.Finding}.");
            }
        }

        return null;
    }

    /// <summary>The file, downloaded if it must be.</summary>
    /// <exception cref="ModelUnavailableException">It cannot be had.</exception>
    public async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        LookupReport findings = new(settings, file);
        if (Find(findings, cancellationToken) is string found)
        {
            return found;
        }

        try
        {
            if (settings.Offline || settings.Sources.Count == 0)
            {
                findings.AddWhyNothingWasTried();
                await SetAsideAsync(findings, cancellationToken).ConfigureAwait(false);
                throw findings.ToException();
            }

            using StoreLock? held = await WaitForLockAsync(cancellationToken).ConfigureAwait(false);
            if (held is null || MakeWay(cancellationToken))
            {
                _reporter.Done(_paths.File);
                return _paths.File;
            }

            PartialFile partial = await PartialFile.OpenAsync(_paths, file, isPrivate: !held.IsEffective, _reporter, cancellationToken).ConfigureAwait(false);
            await using (partial.ConfigureAwait(false))
            {
                CheckSpace(partial.Length);
                await DownloadWatchedAsync(partial, findings, cancellationToken).ConfigureAwait(false);
            }

            return _paths.File;
        }
        catch (StoreException exception)
        {
            throw findings.ToException(exception);
        }
    }

    /// <summary>Hashes the file, whatever its stamp says. One in the store with wrong bytes is set aside.</summary>
    /// <exception cref="ModelUnavailableException">It is not there, or its bytes are wrong.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        LookupReport findings = new(settings, file);
        foreach (CandidateFile place in Places)
        {
            FileCheck check = FileCheck.Run(place.Path, place.StampPath, file, trustStamp: false, _reporter, cancellationToken);
            if (check.Result == FileCheckResult.Right)
            {
                _reporter.Done(place.Path);
                return;
            }

            findings.Add(check, place.Origin);
            if (check.Result == FileCheckResult.Missing)
            {
                continue;
            }

            Log(check);

            if (!place.IsLocal)
            {
                await SetAsideAsync(findings, cancellationToken).ConfigureAwait(false);
            }

            break;
        }

        throw findings.ToException();
    }

    /// <summary>Copies a file, whose hash was right a moment ago, into the store.</summary>
    public async Task ImportAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using StoreLock? held = await WaitForLockAsync(cancellationToken).ConfigureAwait(false);
            if (held is null || MakeWay(cancellationToken))
            {
                _reporter.Done(_paths.File);
                return;
            }

            PartialFile partial = await PartialFile.OpenAsync(_paths, file, isPrivate: !held.IsEffective, _reporter, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Removes what the store has of the variant, this file and its other: with stamps, partial and damaged files.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Remove()
    {
        string optimized = OptimizedModelCache.FolderOf(settings.Root, file.Variant.Sha256);
        if (!Directory.Exists(_paths.Folder) && !Directory.Exists(optimized))
        {
            return false;
        }

        try
        {
            using StoreLock held = StoreLock.TryAcquire(_paths.Lock)
                ?? throw new StoreException("another process or thread is bringing it; end that first");
            foreach (string folder in new[] { optimized, _paths.Folder }.Where(Directory.Exists))
            {
                Directory.Delete(folder, recursive: true);
            }

            return true;
        }
        catch (Exception exception) when (exception is StoreException or IOException or UnauthorizedAccessException)
        {
            throw new ModelUnavailableException(file.Variant.Id, $"What the store has of '{file.Variant.Id}' cannot be removed from '{_paths.Folder}': {exception.Message}", exception);
        }
    }

    /// <summary>What there is, judged without reading a file.</summary>
    public IEnumerable<StoredModel> List()
    {
        foreach (CandidateFile place in Places)
        {
            if (FileIdentity.Of(place.Path) is FileIdentity found)
            {
                VerificationRecord? valid = FileCheck.ByStamp(place.Path, place.StampPath, file);
                yield return new StoredModel
                {
                    Variant = file.Variant,
                    Kind = file.Kind,
                    Path = place.Path,
                    Bytes = found.Bytes,
                    State = valid is null ? StoredModelState.Unverified : StoredModelState.Verified,
                    VerifiedAt = valid?.VerifiedAt,
                };
            }
        }

        foreach ((string path, StoredModelState state) in new[] { (_paths.Partial, StoredModelState.Partial), (_paths.Damaged, StoredModelState.Damaged) })
        {
            if (FileIdentity.Of(path) is FileIdentity found)
            {
                yield return new StoredModel { Variant = file.Variant, Kind = file.Kind, Path = path, Bytes = found.Bytes, State = state };
            }
        }
    }

    private async Task DownloadWatchedAsync(PartialFile partial, LookupReport findings, CancellationToken cancellationToken)
    {
        Activity? span = Instruments.Activities.StartActivity("download model")?.SetTag(TagNames.Model, file.Variant.Id).SetTag(TagNames.FileBytes, file.Bytes);
        long start = Stopwatch.GetTimestamp();
        try
        {
            ModelSource source = await DownloadAsync(partial, findings, cancellationToken).ConfigureAwait(false);
            Publish(partial);
            Activities.End(span?.SetTag(TagNames.Source, source.Name), null);
            settings.Log.DownloadFinished(file.Name, source.Name, Stopwatch.GetElapsedTime(start).TotalSeconds, _paths.File);
        }
        catch (Exception exception)
        {
            Activities.End(span, exception);
            throw;
        }
    }

    private async Task<ModelSource> DownloadAsync(PartialFile partial, LookupReport findings, CancellationToken cancellationToken)
    {
        Downloader downloader = new(settings, file, _reporter);
        foreach (ModelSource source in settings.Sources)
        {
            settings.Log.DownloadStarted(file.Name, file.Bytes, partial.Length, source.Name);
            try
            {
                await downloader.DownloadAsync(source, partial, cancellationToken).ConfigureAwait(false);
                return source;
            }
            catch (SourceException exception)
            {
                string address = Downloader.Shown(source.GetAddress(file));
                findings.Add(source, address, exception);
                if (exception.IsWrongContent)
                {
                    settings.Log.VerificationFailed(source.Name, file.Name, exception.Message);
                }

                settings.Log.SourceFailed(source.Name, file.Name, exception.Message);
                _reporter.Notice($"{source.Name} does not give {file.Name}: {exception.Message}.");
            }
        }

        throw findings.ToException();
    }

    private async Task CopyAsync(string path, PartialFile partial, CancellationToken cancellationToken)
    {
        const int BufferBytes = 256 * 1024;
        FileStream source = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        await using (source.ConfigureAwait(false))
        {
            _reporter.Begin(ModelDownloadStage.Importing, path, 0);
            byte[][] buffers = [new byte[BufferBytes], new byte[BufferBytes]];
            for (int turn = 0; !partial.IsWhole; turn ^= 1)
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
            throw new StoreException($"'{path}' changed while it was copied; try again");
        }
    }

    private void Publish(PartialFile partial)
    {
        partial.Publish();
        if (FileIdentity.Of(_paths.File) is FileIdentity identity)
        {
            new VerificationRecord(file.Sha256, identity, DateTimeOffset.UtcNow).TryWrite(_paths.VerificationRecord);
        }

        _reporter.Done(_paths.File);
    }

    private void CheckSpace(long alreadyWritten)
    {
        long needed = file.Bytes - alreadyWritten + SpareBytes;
        if (settings.Options.FreeSpace(_paths.Folder) is long free && free < needed)
        {
            throw new StoreException($"the disk has too little room: {needed} bytes are needed, {free} are free in '{_paths.Folder}'. Make room, or set {StoreVariables.Root} to a folder on another disk");
        }
    }

    /// <summary>Looks again with the lock in hand: whoever had it before may have brought the file. One with wrong bytes is set aside.</summary>
    /// <returns>Whether the file is right.</returns>
    private bool MakeWay(CancellationToken cancellationToken)
    {
        FileCheck check = FileCheck.Run(_paths.File, _paths.VerificationRecord, file, TrustsStamps, _reporter, cancellationToken);
        switch (check.Result)
        {
            case FileCheckResult.Right:
                return true;
            case FileCheckResult.Wrong:
                SetAside();
                return false;
            case FileCheckResult.Unreadable:
                // It may be good, and somebody else's.
                throw new StoreException($"'{check.Path}' is there, but cannot be read: {check.Finding}");
            default:
                return false;
        }
    }

    /// <summary>Sets the store's file aside if its bytes are wrong, whatever its stamp says.</summary>
    private async Task SetAsideAsync(LookupReport findings, CancellationToken cancellationToken)
    {
        if (!File.Exists(_paths.File))
        {
            return;
        }

        try
        {
            using StoreLock? held = await WaitForLockAsync(cancellationToken).ConfigureAwait(false);
            if (FileCheck.Run(_paths.File, _paths.VerificationRecord, file, trustStamp: false, _reporter, cancellationToken).Result == FileCheckResult.Wrong)
            {
                findings.Add(SetAside());
            }
        }
        catch (StoreException exception)
        {
            findings.Add($"It could not be set aside: {exception.Message}");
        }
    }

    /// <summary>Renames the store's file, which has wrong bytes. The lock is held.</summary>
    private string SetAside()
    {
        try
        {
            File.Delete(_paths.VerificationRecord);
            File.Move(_paths.File, _paths.Damaged, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the damaged file '{_paths.File}' cannot be set aside: {exception.Message}", exception);
        }

        settings.Log.FileSetAside(_paths.File, _paths.Damaged);
        string sentence = $"The damaged file was set aside as {_paths.Damaged}.";
        _reporter.Notice(sentence);
        return sentence;
    }

    /// <summary>Null when the file came while this waited.</summary>
    private async Task<StoreLock?> WaitForLockAsync(CancellationToken cancellationToken)
    {
        TimeSpan poll = FirstPoll;
        for (bool waiting = false; ; waiting = true)
        {
            if (StoreLock.TryAcquire(_paths.Lock) is StoreLock held)
            {
                return held;
            }

            if (waiting && TrustsStamps && FileCheck.ByStamp(_paths.File, _paths.VerificationRecord, file) is not null)
            {
                return null;
            }

            if (waiting)
            {
                _reporter.Advance(BytesOfTheOther());
            }
            else
            {
                settings.Log.WaitingForOther(file.Name);
                _reporter.Begin(ModelDownloadStage.Waiting, null, BytesOfTheOther());
            }

            await Task.Delay(poll, cancellationToken).ConfigureAwait(false);
            poll = TimeSpan.FromTicks(Math.Min(poll.Ticks * 2, LongestPoll.Ticks));
        }
    }

    private void Log(FileCheck check)
    {
        if (check.Result == FileCheckResult.Wrong)
        {
            settings.Log.VerificationFailed(check.Path, file.Name, check.Finding);
        }
        else
        {
            settings.Log.FileUnreadable(check.Path, check.Finding);
        }
    }

    private long BytesOfTheOther() => FileIdentity.Of(_paths.Partial)?.Bytes ?? 0;
}
