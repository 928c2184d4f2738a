namespace ResNet.Net.Tests;

/// <summary>What a store does with what is on the disk. Downloads are in DownloaderTests, processes in ModelStoreProcessTests.</summary>
public sealed class ModelStoreTests : IDisposable
{
    private readonly StoreFixture _fixture = new(bytes: 20_000);

    private ResNetVariant Variant => _fixture.Variant;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Find_NothingThere_GivesNullAndCreatesNothing()
    {
        _fixture.Store().Find(Variant).Should().BeNull();

        Directory.Exists(_fixture.Root).Should().BeFalse();
    }

    [Fact]
    public void Find_FilePutThereByHand_IsHashedOnceAndStamped()
    {
        _fixture.CandidateFile();
        ModelStore store = _fixture.Store();
        store.List().Single().State.Should().Be(StoredModelState.Unverified);

        string? path = store.Find(Variant);

        path.Should().Be(_fixture.ModelPath);
        StoredModel model = store.List().Single();
        model.Should().Match<StoredModel>(m => m.Path == path && m.Bytes == 20_000 && m.State == StoredModelState.Verified && m.Variant == Variant);
        model.VerifiedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Find_Stamped_DoesNotReadTheFile()
    {
        _fixture.CandidateFile();
        ModelStore store = _fixture.Store();
        _ = store.Find(Variant);

        // Whoever holds it like this keeps every reader out.
        using FileStream closed = new(_fixture.ModelPath, FileMode.Open, FileAccess.Read, FileShare.None);

        store.Find(Variant).Should().Be(_fixture.ModelPath);
        new ModelStore(_fixture.Options() with { AlwaysVerify = true }).Find(Variant).Should().BeNull("this one insists on reading");
    }

    [Fact]
    public async Task Find_BytesChangedSinceTheStamp_IsNotUsed()
    {
        _fixture.CandidateFile();
        ModelStore store = _fixture.Store();
        _ = store.Find(Variant);
        await Task.Delay(20); // file systems count time in steps
        _fixture.CandidateFile(Damaged());

        store.Find(Variant).Should().BeNull();
    }

    [Fact]
    public async Task Find_BytesChangedAndTimeOfWritingPutBack_IsNotUsedOnLinux()
    {
        _fixture.CandidateFile();
        ModelStore store = _fixture.Store();
        _ = store.Find(Variant);
        DateTime written = File.GetLastWriteTimeUtc(_fixture.ModelPath);
        await Task.Delay(20);
        _fixture.CandidateFile(Damaged());
        File.SetLastWriteTimeUtc(_fixture.ModelPath, written);

        // Elsewhere the library does not know the time of the last change: docs/model-store.md says so.
        store.Find(Variant).Should().Be(OperatingSystem.IsLinux() ? null : _fixture.ModelPath);
        new ModelStore(_fixture.Options() with { AlwaysVerify = true }).Find(Variant).Should().BeNull();
    }

    [Theory]
    [InlineData(-365_000)]
    [InlineData(-1)]
    [InlineData(365_000)]
    public void Find_ClockFarOff_IsVerifiedOnceAndTrustedAfterwards(int days)
    {
        _fixture.CandidateFile();
        File.SetLastWriteTimeUtc(_fixture.ModelPath, DateTime.UtcNow.AddDays(days));
        ModelStore store = _fixture.Store();

        store.Find(Variant).Should().Be(_fixture.ModelPath);
        store.List().Single().State.Should().Be(StoredModelState.Verified);

        // The clock is set right, and something writes the same bytes: hashed again, still right.
        File.SetLastWriteTimeUtc(_fixture.ModelPath, DateTime.UtcNow);
        store.List().Single().State.Should().Be(StoredModelState.Unverified);
        store.Find(Variant).Should().Be(_fixture.ModelPath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("resnet-net-stamp-1 a b c d e")]
    public void Find_StampThatIsNotOurs_CountsForNothing(string text)
    {
        _fixture.CandidateFile(Damaged());
        File.WriteAllText(_fixture.StampPath, text);

        _fixture.Store().Find(Variant).Should().BeNull();
    }

    [Fact]
    public void Find_StampOfAnotherFile_CountsForNothing()
    {
        _fixture.CandidateFile();
        ModelStore store = _fixture.Store();
        _ = store.Find(Variant);
        ResNetVariant newer = Variant with { Sha256 = new string('0', 64) };

        store.Find(newer).Should().BeNull();
    }

    [Fact]
    public void Find_LocalFolders_AreUsedInPlaceAndNotWritten()
    {
        string byName = _fixture.CandidateFile(_fixture["a", Variant.FileName], [1, 2, 3]);
        string byId = _fixture.CandidateFile(_fixture["b", Variant.Id, Variant.FileName]);
        ModelStore store = new(_fixture.Options() with { LocalFolders = [Path.GetDirectoryName(byName)!, Path.GetDirectoryName(Path.GetDirectoryName(byId))!] });

        store.Find(Variant).Should().Be(byId);

        File.ReadAllBytes(byName).Should().Equal([1, 2, 3], "folders of others are not tidied");
        Directory.GetFiles(Path.GetDirectoryName(byId)!).Should().Equal(byId);
        store.List().Select(m => (m.Path, m.State)).Should().Equal((byName, StoredModelState.Unverified), (byId, StoredModelState.Verified));
    }

    [Fact]
    public async Task Find_LocalFileBehindALink_IsJudgedByItsTarget()
    {
        string target = _fixture.CandidateFile(_fixture["elsewhere", "blob"]);
        string link = _fixture["links", Variant.FileName];
        File.CreateSymbolicLink(link, target);
        ModelStore store = new(_fixture.Options() with { LocalFolders = [Path.GetDirectoryName(link)!] });

        store.Find(Variant).Should().Be(link);
        store.List().Single().Should().Match<StoredModel>(m => m.Bytes == 20_000 && m.State == StoredModelState.Verified);

        await Task.Delay(20);
        _fixture.CandidateFile(target, new byte[20_000]);
        store.Find(Variant).Should().BeNull();
    }

    [Fact]
    public async Task Ensure_LocalFolder_ComesBeforeTheNetwork()
    {
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        string local = _fixture.CandidateFile(_fixture["a", Variant.FileName]);
        ModelStore store = new(_fixture.Options(server) with { LocalFolders = [Path.GetDirectoryName(local)!] });

        (await store.EnsureAsync(Variant)).Should().Be(local);

        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Ensure_DamagedFile_IsSetAsideSaidSoAndFetchedAgain()
    {
        _fixture.CandidateFile(Damaged());
        await using TestServer server = await TestServer.StartAsync(_fixture.File);

        string path = await _fixture.Store(server).EnsureAsync(Variant, _fixture.Progress);

        File.ReadAllBytes(path).Should().Equal(_fixture.File);
        File.ReadAllBytes(_fixture.DamagedPath).Should().Equal(Damaged());
        _fixture.Progress.Notices.Should().Contain(n => n.Contains(_fixture.DamagedPath));
        _fixture.Store().List().Select(m => m.State).Should().Equal(StoredModelState.Verified, StoredModelState.Damaged);
    }

    [Fact]
    public async Task Ensure_DamagedFileOffline_IsSetAsideAndTheMessageSaysWhatToDo()
    {
        _fixture.CandidateFile([1, 2, 3]);
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        ModelStore store = new(_fixture.Options(server) with { Offline = true });

        ModelVerificationException exception = (await Ensuring(store).Should().ThrowAsync<ModelVerificationException>()).Which;

        exception.Path.Should().Be(_fixture.ModelPath);
        exception.Message.Should().ContainAll("has 3 bytes instead of 20000", _fixture.DamagedPath, "RESNET_NET_OFFLINE", "RESNET_NET_MODELS", Variant.Sha256);
        File.Exists(_fixture.ModelPath).Should().BeFalse();
        server.Requests.Should().BeEmpty();
        (await Ensuring(store).Should().ThrowAsync<ModelUnavailableException>()).Which.Should().NotBeOfType<ModelVerificationException>("the damaged file is out of the way");
    }

    [Fact]
    public async Task Ensure_AlwaysVerify_HashesEachTime()
    {
        _fixture.CandidateFile();
        ModelStore store = new(_fixture.Options() with { AlwaysVerify = true });

        for (int time = 0; time < 2; time++)
        {
            RecordedProgress progress = new();
            (await store.EnsureAsync(Variant, progress)).Should().Be(_fixture.ModelPath);
            progress.Reports.Should().Contain(r => r.Stage == ModelDownloadStage.Verifying);
        }
    }

    [Fact]
    public async Task Ensure_TooLittleRoom_SaysHowMuchIsNeededAndAsksNobody()
    {
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        ModelStore store = new(_fixture.Options(server) with { FreeSpace = _ => 12_345 });

        (await Ensuring(store).Should().ThrowAsync<ModelUnavailableException>()).WithMessage("*1068576 bytes are needed, 12345 are free*RESNET_NET_HOME*");

        server.Requests.Should().BeEmpty();
        _fixture.ShouldNotBeStored();
    }

    [Fact]
    public async Task Ensure_RootThatCannotBeAFolder_SaysSo()
    {
        // A file in the way stops everybody, root included.
        string file = _fixture.CandidateFile(_fixture["file"]);
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        ModelStore store = new(_fixture.Options(server) with { RootFolder = Path.Combine(file, "store") });

        (await Ensuring(store).Should().ThrowAsync<ModelUnavailableException>()).WithMessage($"*cannot be stored in '{store.Location}'*cannot be written*RESNET_NET_HOME*");

        store.List().Should().BeEmpty();
        store.Find(Variant).Should().BeNull();
        store.Remove(Variant).Should().BeFalse();
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public void Remove_OptimizedGraphsOfTheVariant_GoToo()
    {
        string optimized = Path.Combine(_fixture.Root, "optimized", Variant.Sha256[..32]);
        string others = _fixture.CandidateFile(Path.Combine(_fixture.Root, "optimized", "others", "entry", "model.onnx"));
        _fixture.CandidateFile(Path.Combine(optimized, "entry", "model.onnx"));
        ModelStore store = _fixture.Store();

        store.Remove(Variant).Should().BeTrue();

        Directory.Exists(optimized).Should().BeFalse();
        File.Exists(others).Should().BeTrue();
        store.Remove(Variant).Should().BeFalse();
    }

    [Fact]
    public async Task Ensure_NothingCanBeWritten_UsesWhatIsThere()
    {
        _fixture.CandidateFile();
        Directory.CreateDirectory(_fixture.StampPath);
        _fixture.CandidateFile(Path.Combine(_fixture.Root, ".locks"));
        ModelStore store = _fixture.Store();

        (await store.EnsureAsync(Variant)).Should().Be(_fixture.ModelPath);
        store.Find(Variant).Should().Be(_fixture.ModelPath);
        (await store.VerifyAsync(Variant)).State.Should().Be(StoredModelState.Unverified, "no stamp can be written");
    }

    [Fact]
    public async Task Ensure_ReadOnlyFolder_UsesWhatIsThereAndSaysThatNoMoreFits()
    {
        _fixture.CandidateFile();
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        ResNetVariant other = ResNetVariant.ResNet18V1 with { Bytes = Variant.Bytes, Sha256 = Variant.Sha256 };
        using ReadOnlyFolder readOnly = new(_fixture.Root);
        ModelStore store = new(_fixture.Options(server) with { Catalog = [Variant, other] });

        (await store.EnsureAsync(Variant)).Should().Be(_fixture.ModelPath);
        if (readOnly.IsEffective)
        {
            (await ((Func<Task>)(() => store.EnsureAsync(other))).Should().ThrowAsync<ModelUnavailableException>()).WithMessage("*cannot be written*RESNET_NET_HOME*");
            server.Requests.Should().BeEmpty();
        }
        else
        {
            (await store.EnsureAsync(other)).Should().EndWith(other.FileName, "nothing is read-only for root");
        }
    }

    [Fact]
    public async Task Ensure_FileThatMayNotBeRead_IsNotTakenForDamaged()
    {
        // A lock keeps every reader out, root included.
        _fixture.CandidateFile();
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        using FileStream closed = new(_fixture.ModelPath, FileMode.Open, FileAccess.Read, FileShare.None);

        (await Ensuring(_fixture.Store(server)).Should().ThrowAsync<ModelUnavailableException>()).WithMessage("*is there, but cannot be read*");

        File.Exists(_fixture.ModelPath).Should().BeTrue();
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Verify_RightFile_RenewsTheStamp()
    {
        _fixture.CandidateFile();
        ModelStore store = _fixture.Store();

        StoredModel model = await store.VerifyAsync(Variant, _fixture.Progress);

        model.State.Should().Be(StoredModelState.Verified);
        _fixture.Progress.Reports.Should().Contain(r => r.Stage == ModelDownloadStage.Verifying);
    }

    [Fact]
    public async Task Verify_DamageThatTheStampDoesNotShow_IsFoundAndSetAside()
    {
        _fixture.CandidateFile(Damaged());
        new VerificationRecord(Variant.Sha256, FileIdentity.Of(_fixture.ModelPath)!, DateTimeOffset.UtcNow).TryWrite(_fixture.StampPath);
        ModelStore store = _fixture.Store();
        store.Find(Variant).Should().NotBeNull("the stamp is believed");

        await ((Func<Task>)(() => store.VerifyAsync(Variant))).Should().ThrowAsync<ModelVerificationException>().WithMessage($"*{_fixture.DamagedPath}*");

        store.Find(Variant).Should().BeNull();
    }

    [Fact]
    public async Task Verify_NothingThere_SaysSo()
        => await ((Func<Task>)(() => _fixture.Store().VerifyAsync(Variant))).Should().ThrowAsync<ModelUnavailableException>().WithMessage("*no such file*");

    [Fact]
    public async Task Remove_Everything_IsGoneAndTheRestStays()
    {
        _fixture.CandidateFile();
        _fixture.CandidateFile(_fixture.PartialPath);
        _fixture.CandidateFile(_fixture.DamagedPath);
        string local = _fixture.CandidateFile(_fixture["a", Variant.FileName]);
        ModelStore store = new(_fixture.Options() with { LocalFolders = [Path.GetDirectoryName(local)!] });
        await store.EnsureAsync(Variant);

        store.Remove(Variant).Should().BeTrue();

        Directory.Exists(Path.GetDirectoryName(_fixture.ModelPath)).Should().BeFalse();
        store.List().Single().Path.Should().Be(local);
        store.Remove(Variant).Should().BeFalse();
    }

    [Fact]
    public void Remove_WhileItIsDownloaded_IsRefused()
    {
        _fixture.CandidateFile();
        using StoreLock held = StoreLock.TryAcquire(new FilePaths(_fixture.Root, StoredFile.ModelOf(Variant)).Lock)!;

        ((Action)(() => _fixture.Store().Remove(Variant))).Should().Throw<ModelUnavailableException>().WithMessage("*another process*");

        File.Exists(_fixture.ModelPath).Should().BeTrue();
    }

    [Fact]
    public async Task Import_File_IsKnownByItsBytesWhateverItsName()
    {
        string file = _fixture.CandidateFile(_fixture["download (1).bin"]);
        ModelStore store = _fixture.Store();

        IReadOnlyList<StoredModel> imported = await store.ImportAsync(file, _fixture.Progress);

        imported.Single().Should().Match<StoredModel>(m => m.Variant == Variant && m.Path == _fixture.ModelPath && m.State == StoredModelState.Verified);
        _fixture.ShouldBeStored(_fixture.ModelPath);
        File.Exists(file).Should().BeTrue();
        _fixture.Progress.Reports.Should().Contain(r => r.Stage == ModelDownloadStage.Importing && r.Source == file);
        (await store.ImportAsync(file)).Should().HaveCount(1, "it is there already");
    }

    [Fact]
    public async Task Import_Folder_TakesTheModelsInIt()
    {
        byte[] second = StoreFixture.Make(20_000, seed: 5);
        ResNetVariant other = StoreFixture.VariantOf(second, ResNetVariant.ResNet18V1);
        _fixture.CandidateFile(_fixture["in", "a", "x"]);
        _fixture.CandidateFile(_fixture["in", "b", "y"], second);
        _fixture.CandidateFile(_fixture["in", "readme.txt"], [1]);
        string wrong = _fixture.CandidateFile(_fixture["in", Variant.FileName], new byte[20_000]);
        ModelStore store = new(_fixture.Options() with { Catalog = [Variant, other] });

        IReadOnlyList<StoredModel> imported = await store.ImportAsync(_fixture["in"], _fixture.Progress);

        imported.Select(m => m.Variant).Should().Equal(Variant, other);
        imported.Should().OnlyContain(m => m.State == StoredModelState.Verified);
        _fixture.Progress.Notices.Should().ContainSingle(n => n.Contains(wrong) && n.Contains("SHA-256"));
    }

    [Fact]
    public async Task Import_WrongOrMissing_SaysWhy()
    {
        ModelStore store = _fixture.Store();
        Func<Task> Importing(string path) => () => store.ImportAsync(path);
        string pointer = _fixture["lfs", Variant.FileName];
        File.WriteAllText(pointer, "version https://git-lfs.github.com/spec/v1\n");

        await Importing(_fixture["nothing"]).Should().ThrowAsync<ModelUnavailableException>().WithMessage("*no file and no folder*");
        await Importing(_fixture.CandidateFile(_fixture["cat.onnx"], [1, 2])).Should().ThrowAsync<ModelUnavailableException>().WithMessage("*no model of the zoo*2 bytes*");
        await Importing(_fixture.CandidateFile(_fixture["same-size.onnx"], new byte[20_000])).Should().ThrowAsync<ModelUnavailableException>().WithMessage("*Its SHA-256 is*");
        await Importing(pointer).Should().ThrowAsync<ModelVerificationException>().WithMessage("*43 bytes instead of 20000*Git LFS pointer*");
        await Importing(Path.GetDirectoryName(pointer)!).Should().ThrowAsync<ModelVerificationException>();
        store.List().Should().BeEmpty();
    }

    [Fact]
    public async Task Import_StoreThatCannotBeWritten_SaysSo()
    {
        string file = _fixture.CandidateFile(_fixture["file"]);
        ModelStore store = new(_fixture.Options() with { RootFolder = Path.Combine(file, "store") });

        (await ((Func<Task>)(() => store.ImportAsync(file))).Should().ThrowAsync<ModelUnavailableException>()).WithMessage("*cannot be stored in*cannot be written*").And.Message.Should().NotContain("Looked at");
    }

    [Fact]
    public async Task Ensure_ManyThreads_DownloadOnce()
    {
        await using TestServer server = await TestServer.StartAsync((context, _) => TestServer.ServeAsync(context, _fixture.File, chunk: 2_000, pause: () => Task.Delay(5)));
        ModelStore store = _fixture.Store(server);
        RecordedProgress[] progress = [.. Enumerable.Range(0, 16).Select(_ => new RecordedProgress())];

        string[] paths = await Task.WhenAll(progress.Select(p => Task.Run(() => store.EnsureAsync(Variant, p))));

        paths.Should().OnlyContain(p => p == _fixture.ModelPath);
        server.Requests.Should().ContainSingle();
        progress.Count(p => p.Reports.Any(r => r.Stage == ModelDownloadStage.Downloading)).Should().Be(1);
        progress.Select(p => p.Reports[^1].Stage).Should().OnlyContain(s => s == ModelDownloadStage.Done);
    }

    [Fact]
    public async Task Ensure_WaitingForAnother_SaysSoAndCanBeCancelled()
    {
        _fixture.CandidateFile(_fixture.PartialPath, new byte[123]);
        using StoreLock held = StoreLock.TryAcquire(new FilePaths(_fixture.Root, StoredFile.ModelOf(Variant)).Lock)!;
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        using CancellationTokenSource source = new();
        _fixture.Progress.OnReport = report =>
        {
            if (report.Stage == ModelDownloadStage.Waiting)
            {
                source.Cancel();
            }
        };

        await ((Func<Task>)(() => _fixture.Store(server).EnsureAsync(Variant, _fixture.Progress, source.Token))).Should().ThrowAsync<OperationCanceledException>();

        _fixture.Progress.Reports[^1].Should().Match<ModelDownloadProgress>(r => r.Stage == ModelDownloadStage.Waiting && r.Bytes == 123);
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task AnyCall_EmbeddedVariant_IsRefused()
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

    /// <summary>A folder whose files and folders nobody may write, but root.</summary>
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
