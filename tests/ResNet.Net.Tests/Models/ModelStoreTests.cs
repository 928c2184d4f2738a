namespace ResNet.Net.Tests;

/// <summary>The store handles files on disk. See DownloaderTests for downloads and ModelStoreProcessTests for processes.</summary>
public sealed class ModelStoreTests : IDisposable
{
    private readonly StoreFixture _fixture = new(bytes: 20_000);

    private ResNetVariant Variant => _fixture.Variant;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Find_NoFile_ReturnsNullAndCreatesNothing()
    {
        _fixture.Store().Find(Variant).Should().BeNull();

        Directory.Exists(_fixture.Root).Should().BeFalse();
    }

    [Fact]
    public void Find_FileAddedManually_IsHashedOnceAndRecorded()
    {
        _fixture.WriteFile();
        ModelStore store = _fixture.Store();
        store.List().Single().State.Should().Be(StoredModelState.Unverified);

        string? path = store.Find(Variant);

        path.Should().Be(_fixture.ModelPath);
        StoredModel model = store.List().Single();
        model.Should().Match<StoredModel>(
            m => m.Path == path && m.Bytes == 20_000 && m.State == StoredModelState.Verified && m.Variant == Variant);
        model.VerifiedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Find_ValidRecord_DoesNotReadTheFile()
    {
        _fixture.WriteFile();
        ModelStore store = _fixture.Store();
        _ = store.Find(Variant);

        // An exclusive lock, which fails every other open.
        using FileStream closed = new(_fixture.ModelPath, FileMode.Open, FileAccess.Read, FileShare.None);

        store.Find(Variant).Should().Be(_fixture.ModelPath);
        new ModelStore(_fixture.Options() with { AlwaysVerify = true }).Find(Variant).Should().BeNull("AlwaysVerify reads the file");
    }

    [Fact]
    public async Task Find_BytesChangedAfterVerification_ReturnsNull()
    {
        _fixture.WriteFile();
        ModelStore store = _fixture.Store();
        _ = store.Find(Variant);
        await Task.Delay(20); // file times have a limited resolution
        _fixture.WriteFile(Damaged());

        store.Find(Variant).Should().BeNull();
    }

    [Fact]
    public async Task Find_BytesChangedAndWriteTimeRestored_ReturnsNullOnLinux()
    {
        _fixture.WriteFile();
        ModelStore store = _fixture.Store();
        _ = store.Find(Variant);
        DateTime written = File.GetLastWriteTimeUtc(_fixture.ModelPath);
        await Task.Delay(20);
        _fixture.WriteFile(Damaged());
        File.SetLastWriteTimeUtc(_fixture.ModelPath, written);

        // Other systems do not report the time of the last change (docs/model-store.md).
        store.Find(Variant).Should().Be(OperatingSystem.IsLinux() ? null : _fixture.ModelPath);
        new ModelStore(_fixture.Options() with { AlwaysVerify = true }).Find(Variant).Should().BeNull();
    }

    [Theory]
    [InlineData(-365_000)]
    [InlineData(-1)]
    [InlineData(365_000)]
    public void Find_WriteTimeFarOff_IsVerifiedOnceThenTrusted(int days)
    {
        _fixture.WriteFile();
        File.SetLastWriteTimeUtc(_fixture.ModelPath, DateTime.UtcNow.AddDays(days));
        ModelStore store = _fixture.Store();

        store.Find(Variant).Should().Be(_fixture.ModelPath);
        store.List().Single().State.Should().Be(StoredModelState.Verified);

        // The clock is corrected and the same bytes are written: the file is hashed again.
        File.SetLastWriteTimeUtc(_fixture.ModelPath, DateTime.UtcNow);
        store.List().Single().State.Should().Be(StoredModelState.Unverified);
        store.Find(Variant).Should().Be(_fixture.ModelPath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("resnet-net-verified-1 a b c d e")]
    public void Find_InvalidRecord_IsIgnored(string text)
    {
        _fixture.WriteFile(Damaged());
        File.WriteAllText(_fixture.RecordPath, text);

        _fixture.Store().Find(Variant).Should().BeNull();
    }

    [Fact]
    public void Find_RecordOfAnotherHash_IsIgnored()
    {
        _fixture.WriteFile();
        ModelStore store = _fixture.Store();
        _ = store.Find(Variant);
        ResNetVariant newer = Variant.WithFile(20_000, new string('0', 64));

        store.Find(newer).Should().BeNull();
    }

    [Fact]
    public void Find_LocalFolders_AreUsedInPlaceAndNotWritten()
    {
        string byName = _fixture.WriteFile(_fixture["a", Variant.Files[0].Name], [1, 2, 3]);
        string byId = _fixture.WriteFile(_fixture["b", Variant.Id, Variant.Files[0].Name]);
        string[] folders = [Path.GetDirectoryName(byName)!, Path.GetDirectoryName(Path.GetDirectoryName(byId))!];
        ModelStore store = new(_fixture.Options() with { LocalFolders = folders });

        store.Find(Variant).Should().Be(byId);

        File.ReadAllBytes(byName).Should().Equal([1, 2, 3], "local folders are never changed");
        Directory.GetFiles(Path.GetDirectoryName(byId)!).Should().Equal(byId);
        store.List().Select(m => (m.Path, m.State)).Should().Equal(
            (byName, StoredModelState.Unverified), (byId, StoredModelState.Verified));
    }

    [Fact]
    public async Task Find_LinkToLocalFile_IsVerifiedByItsTarget()
    {
        string target = _fixture.WriteFile(_fixture["elsewhere", "blob"]);
        string link = _fixture["links", Variant.Files[0].Name];
        File.CreateSymbolicLink(link, target);
        ModelStore store = new(_fixture.Options() with { LocalFolders = [Path.GetDirectoryName(link)!] });

        store.Find(Variant).Should().Be(link);
        store.List().Single().Should().Match<StoredModel>(m => m.Bytes == 20_000 && m.State == StoredModelState.Verified);

        await Task.Delay(20);
        _fixture.WriteFile(target, new byte[20_000]);
        store.Find(Variant).Should().BeNull();
    }

    [Fact]
    public async Task Ensure_FileInLocalFolder_UsesNoNetwork()
    {
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        string local = _fixture.WriteFile(_fixture["a", Variant.Files[0].Name]);
        ModelStore store = new(_fixture.Options(server) with { LocalFolders = [Path.GetDirectoryName(local)!] });

        (await store.EnsureAsync(Variant)).Should().Be(local);

        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Ensure_DamagedFile_IsQuarantinedAndDownloadedAgain()
    {
        _fixture.WriteFile(Damaged());
        await using TestServer server = await TestServer.StartAsync(_fixture.File);

        string path = await _fixture.Store(server).EnsureAsync(Variant, _fixture.Progress);

        File.ReadAllBytes(path).Should().Equal(_fixture.File);
        File.ReadAllBytes(_fixture.DamagedPath).Should().Equal(Damaged());
        _fixture.Progress.Notices.Should().Contain(n => n.Contains(_fixture.DamagedPath));
        _fixture.Store().List().Select(m => m.State).Should().Equal(StoredModelState.Verified, StoredModelState.Damaged);
    }

    [Fact]
    public async Task Ensure_DamagedFileOffline_IsQuarantinedAndExceptionNamesRemedy()
    {
        _fixture.WriteFile([1, 2, 3]);
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        ModelStore store = new(_fixture.Options(server) with { Offline = true });

        ModelVerificationException exception = (await Ensuring(store).Should().ThrowAsync<ModelVerificationException>()).Which;

        exception.Path.Should().Be(_fixture.ModelPath);
        exception.Message.Should().ContainAll(
            "has 3 bytes instead of 20000", _fixture.DamagedPath, "RESNET_NET_OFFLINE", "RESNET_NET_MODELS", Variant.Files[0].Sha256);
        File.Exists(_fixture.ModelPath).Should().BeFalse();
        server.Requests.Should().BeEmpty();
        (await Ensuring(store).Should().ThrowAsync<ModelUnavailableException>()).Which
            .Should().NotBeOfType<ModelVerificationException>("the damaged file was renamed");
    }

    [Fact]
    public async Task Ensure_AlwaysVerify_HashesOnEachCall()
    {
        _fixture.WriteFile();
        ModelStore store = new(_fixture.Options() with { AlwaysVerify = true });

        for (int time = 0; time < 2; time++)
        {
            RecordedProgress progress = new();
            (await store.EnsureAsync(Variant, progress)).Should().Be(_fixture.ModelPath);
            progress.Reports.Should().Contain(r => r.Stage == ModelDownloadStage.Verifying);
        }
    }

    [Fact]
    public async Task Ensure_TooLittleSpace_ThrowsWithoutARequest()
    {
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        ModelStore store = new(_fixture.Options(server) with { FreeSpace = _ => 12_345 });

        (await Ensuring(store).Should().ThrowAsync<ModelUnavailableException>())
            .WithMessage("*1068576 bytes are needed, but 12345 are free*RESNET_NET_HOME*");

        server.Requests.Should().BeEmpty();
        _fixture.ShouldNotBeStored();
    }

    [Fact]
    public async Task Ensure_RootIsAFile_Throws()
    {
        // Not even the superuser can create a folder below a file.
        string file = _fixture.WriteFile(_fixture["file"]);
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        ModelStore store = new(_fixture.Options(server) with { RootFolder = Path.Combine(file, "store") });

        (await Ensuring(store).Should().ThrowAsync<ModelUnavailableException>())
            .WithMessage($"*cannot be stored in '{store.RootFolder}'*cannot be written*RESNET_NET_HOME*");

        store.List().Should().BeEmpty();
        store.Find(Variant).Should().BeNull();
        store.Remove(Variant).Should().BeFalse();
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public void Remove_CachedOptimizedModels_AreRemoved()
    {
        string optimized = Path.Combine(_fixture.Root, "optimized", Variant.Files[0].Sha256![..32]);
        string others = _fixture.WriteFile(Path.Combine(_fixture.Root, "optimized", "others", "entry", "model.onnx"));
        _fixture.WriteFile(Path.Combine(optimized, "entry", "model.onnx"));
        ModelStore store = _fixture.Store();

        store.Remove(Variant).Should().BeTrue();

        Directory.Exists(optimized).Should().BeFalse();
        File.Exists(others).Should().BeTrue();
        store.Remove(Variant).Should().BeFalse();
    }

    [Fact]
    public async Task Ensure_StoreNotWritable_UsesExistingFile()
    {
        _fixture.WriteFile();
        Directory.CreateDirectory(_fixture.RecordPath);
        _fixture.WriteFile(Path.Combine(_fixture.Root, ".locks"));
        ModelStore store = _fixture.Store();

        (await store.EnsureAsync(Variant)).Should().Be(_fixture.ModelPath);
        store.Find(Variant).Should().Be(_fixture.ModelPath);
        (await store.VerifyAsync(Variant)).Single().State.Should().Be(StoredModelState.Unverified, "no record can be written");
    }

    [Fact]
    public async Task Ensure_ReadOnlyFolder_UsesExistingFileAndRejectsDownloads()
    {
        _fixture.WriteFile();
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        ResNetVariant other = ResNetVariant.ResNet18V1.WithFile(Variant.Bytes!.Value, Variant.Files[0].Sha256!);
        using ReadOnlyFolder readOnly = new(_fixture.Root);
        ModelStore store = new(_fixture.Options(server) with { Catalog = [Variant, other] });

        (await store.EnsureAsync(Variant)).Should().Be(_fixture.ModelPath);
        if (readOnly.IsEffective)
        {
            (await ((Func<Task>)(() => store.EnsureAsync(other))).Should().ThrowAsync<ModelUnavailableException>())
                .WithMessage("*cannot be written*RESNET_NET_HOME*");
            server.Requests.Should().BeEmpty();
        }
        else
        {
            (await store.EnsureAsync(other)).Should().EndWith(other.Files[0].Name, "the superuser ignores permissions");
        }
    }

    [Fact]
    public async Task Ensure_UnreadableFile_IsNotQuarantined()
    {
        // An exclusive lock fails every other open, even of the superuser.
        _fixture.WriteFile();
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        using FileStream closed = new(_fixture.ModelPath, FileMode.Open, FileAccess.Read, FileShare.None);

        (await Ensuring(_fixture.Store(server)).Should().ThrowAsync<ModelUnavailableException>())
            .WithMessage("*exists, but cannot be read*");

        File.Exists(_fixture.ModelPath).Should().BeTrue();
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Verify_RightFile_RenewsTheRecord()
    {
        _fixture.WriteFile();
        ModelStore store = _fixture.Store();

        StoredModel model = (await store.VerifyAsync(Variant, _fixture.Progress)).Single();

        model.State.Should().Be(StoredModelState.Verified);
        _fixture.Progress.Reports.Should().Contain(r => r.Stage == ModelDownloadStage.Verifying);
    }

    [Fact]
    public async Task Verify_DamageWithValidRecord_IsQuarantined()
    {
        _fixture.WriteFile(Damaged());
        FileIdentity identity = FileIdentity.Of(_fixture.ModelPath)!;
        new VerificationRecord(Variant.Files[0].Sha256!, identity, DateTimeOffset.UtcNow).TryWrite(_fixture.RecordPath);
        ModelStore store = _fixture.Store();
        store.Find(Variant).Should().NotBeNull("the record is trusted");

        await ((Func<Task>)(() => store.VerifyAsync(Variant)))
            .Should().ThrowAsync<ModelVerificationException>().WithMessage($"*{_fixture.DamagedPath}*");

        store.Find(Variant).Should().BeNull();
    }

    [Fact]
    public async Task Verify_NoFile_Throws()
        => await ((Func<Task>)(() => _fixture.Store().VerifyAsync(Variant)))
            .Should().ThrowAsync<ModelUnavailableException>().WithMessage("*no such file*");

    [Fact]
    public async Task Remove_AllFilesOfVariant_KeepsLocalFolders()
    {
        _fixture.WriteFile();
        _fixture.WriteFile(_fixture.PartialPath);
        _fixture.WriteFile(_fixture.DamagedPath);
        string local = _fixture.WriteFile(_fixture["a", Variant.Files[0].Name]);
        ModelStore store = new(_fixture.Options() with { LocalFolders = [Path.GetDirectoryName(local)!] });
        await store.EnsureAsync(Variant);

        store.Remove(Variant).Should().BeTrue();

        Directory.Exists(Path.GetDirectoryName(_fixture.ModelPath)).Should().BeFalse();
        store.List().Single().Path.Should().Be(local);
        store.Remove(Variant).Should().BeFalse();
    }

    [Fact]
    public void Remove_DuringDownload_Throws()
    {
        _fixture.WriteFile();
        using StoreLock held = StoreLock.TryAcquire(new FilePaths(_fixture.Root, _fixture.Model).Lock)!;

        ((Action)(() => _fixture.Store().Remove(Variant))).Should().Throw<ModelUnavailableException>().WithMessage("*another process*");

        File.Exists(_fixture.ModelPath).Should().BeTrue();
    }

    [Fact]
    public async Task Ensure_ManyThreads_DownloadOnce()
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, _) => TestServer.ServeAsync(context, _fixture.File, chunk: 2_000, pause: () => Task.Delay(5)));
        ModelStore store = _fixture.Store(server);
        RecordedProgress[] progress = [.. Enumerable.Range(0, 16).Select(_ => new RecordedProgress())];

        string[] paths = await Task.WhenAll(progress.Select(p => Task.Run(() => store.EnsureAsync(Variant, p))));

        paths.Should().OnlyContain(p => p == _fixture.ModelPath);
        server.Requests.Should().ContainSingle();
        progress.Count(p => p.Reports.Any(r => r.Stage == ModelDownloadStage.Downloading)).Should().Be(1);
        progress.Select(p => p.Reports[^1].Stage).Should().OnlyContain(s => s == ModelDownloadStage.Done);
    }

    [Fact]
    public async Task Ensure_WaitingForLock_ReportsItAndCanBeCanceled()
    {
        _fixture.WriteFile(_fixture.PartialPath, new byte[123]);
        using StoreLock held = StoreLock.TryAcquire(new FilePaths(_fixture.Root, _fixture.Model).Lock)!;
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        using CancellationTokenSource source = new();
        _fixture.Progress.OnReport = report =>
        {
            if (report.Stage == ModelDownloadStage.Waiting)
            {
                source.Cancel();
            }
        };

        await ((Func<Task>)(() => _fixture.Store(server).EnsureAsync(Variant, _fixture.Progress, source.Token)))
            .Should().ThrowAsync<OperationCanceledException>();

        _fixture.Progress.Reports[^1].Should().Match<ModelDownloadProgress>(
            r => r.Stage == ModelDownloadStage.Waiting && r.Bytes == 123);
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task AnyCall_EmbeddedVariant_Throws()
    {
        ModelStore store = _fixture.Store();

        ((Action)(() => store.Find(ResNetVariant.Cifar10ResNet20))).Should().Throw<ArgumentException>().WithMessage("*embedded*");
        await ((Func<Task>)(() => store.EnsureAsync(ResNetVariant.Cifar10ResNet20))).Should().ThrowAsync<ArgumentException>();
    }

    private byte[] Damaged()
    {
        byte[] bytes = [.. _fixture.File];
        bytes[100] ^= 1;
        return bytes;
    }

    private Func<Task> Ensuring(ModelStore store) => () => store.EnsureAsync(Variant, _fixture.Progress);

    /// <summary>Makes a folder and its subfolders read-only for everyone but the superuser.</summary>
    private sealed class ReadOnlyFolder : IDisposable
    {
        private readonly List<string> _folders;

        public ReadOnlyFolder(string root)
        {
            _folders = [root, .. Directory.GetDirectories(root, "*", SearchOption.AllDirectories)];
            Set(UnixFileMode.UserRead | UnixFileMode.UserExecute);
            try
            {
                File.Create(Path.Combine(root, "probe")).Dispose();
                IsEffective = false;
            }
            catch (UnauthorizedAccessException)
            {
                IsEffective = true;
            }
        }

        public bool IsEffective { get; }

        public void Dispose() => Set(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        private void Set(UnixFileMode mode)
        {
            foreach (string folder in OperatingSystem.IsWindows() ? [] : _folders)
            {
#pragma warning disable CA1416 // not reached on Windows
                File.SetUnixFileMode(folder, mode);
#pragma warning restore CA1416
            }
        }
    }
}
