namespace ResNet.Net.Tests;

/// <summary>The store imports the files of a variant in Caffe2's format once, and keeps the ONNX model.</summary>
public sealed class ImportedModelStoreTests : IDisposable
{
    private readonly ImportedModelFixture _fixture = new();

    private ResNetVariant Variant => _fixture.Variant;

    private string Entry => Directory.GetDirectories(_fixture.ImportedFolder).Should().ContainSingle().Which;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task EnsureAsync_FilesOnAServer_DownloadsImportsAndKeepsTheModel()
    {
        await using TestServer server = await _fixture.ServeAsync();

        string path = await _fixture.Store(server).EnsureAsync(Variant, _fixture.Progress);
        string again = await _fixture.Store(server).EnsureAsync(Variant);

        path.Should().Be(Path.Combine(Entry, "model.onnx")).And.Be(again);
        server.Requests.Select(r => r.Path).Should().Equal($"/{Variant.Id}/init_net.pb", $"/{Variant.Id}/predict_net.pb");
        _fixture.Events.Should().ContainSingle(e => e == "ModelImported");
        _fixture.Progress.Reports.Should().Contain(r => r.Stage == ModelDownloadStage.Converting);
        ModelMetadata metadata = ModelMetadata.Load(path);
        metadata.Profile.Should().Be(PreprocessingProfile.Caffe2Area);
        metadata.OutputKind.Should().Be(OutputKind.Probabilities);
        metadata.Labels![0].Should().Be(LabelSet.ImageNet[0]);
    }

    [Fact]
    public async Task EnsureAsync_ServerWithOtherWeights_IsRefused()
    {
        await using TestServer server = await TestServer.StartAsync(Caffe2Pair.Create(seed: 2).Init);

        Func<Task> ensure = () => _fixture.Store(server).EnsureAsync(Variant);

        (await ensure.Should().ThrowAsync<ModelVerificationException>())
            .Which.ExpectedSha256.Should().Be(Variant.Files[0].Sha256);
        Directory.Exists(_fixture.ImportedFolder).Should().BeFalse();
    }

    [Theory]
    [InlineData("init_net.pb")]
    [InlineData("predict_net.pb")]
    public async Task EnsureAsync_OneFileMissing_SaysWhichFilesBelongWhere(string missing)
    {
        _fixture.Place(_fixture.Pair);
        File.Delete(Path.Combine(_fixture.LocalFolder, Variant.Id, missing));

        Func<Task> ensure = () => _fixture.Store().EnsureAsync(Variant);

        string message = (await ensure.Should().ThrowAsync<ModelUnavailableException>()).Which.Message;
        message.Should().StartWith($"The file {missing} of the model '{Variant.Id}' was not found.").And.ContainAll(
            [
                Path.Combine(_fixture.LocalFolder, Variant.Id, missing),
                $"subfolder '{Variant.Id}'",
                .. Variant.Files.Select(f => $"{f.Name} ({f.Bytes} bytes, SHA-256 {f.Sha256}) from {f.Address}"),
            ]);
    }

    [Fact]
    public async Task EnsureAsync_FilesInLocalFolder_AreImportedAndNotChanged()
    {
        _fixture.Place(_fixture.Pair);

        string path = await _fixture.Store().EnsureAsync(Variant);

        _fixture.Store().Find(Variant).Should().Be(path).And.StartWith(_fixture.ImportedFolder);
        Directory.GetFiles(_fixture.LocalFolder, "*", SearchOption.AllDirectories)
            .Should().BeEquivalentTo([_fixture.InitPath, _fixture.PredictPath]);
        File.ReadAllBytes(_fixture.InitPath).Should().Equal(_fixture.Pair.Init);
    }

    [Fact]
    public void Find_FilesNeverImported_ImportsThem()
    {
        _fixture.Store().Find(Variant).Should().BeNull();
        _fixture.Place(_fixture.Pair);

        _fixture.Store().Find(Variant).Should().Be(Path.Combine(Entry, "model.onnx"));
    }

    [Theory]
    [InlineData("model.onnx", "damaged")]
    [InlineData("model.onnx", "cut")]
    [InlineData("model.onnx", "gone")]
    [InlineData("model.onnx.verified", "damaged")]
    [InlineData("model.onnx.verified", "gone")]
    [InlineData("key", "damaged")]
    [InlineData("key", "gone")]
    public async Task EnsureAsync_ImportedModelDamaged_ImportsAgain(string file, string how)
    {
        _fixture.Place(_fixture.Pair);
        byte[] expected = await File.ReadAllBytesAsync(await _fixture.Store().EnsureAsync(Variant));
        string path = Path.Combine(Entry, file);
        byte[] bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 0x40;
        File.Delete(path);
        if (how != "gone")
        {
            await File.WriteAllBytesAsync(path, how == "cut" ? bytes[..(bytes.Length / 3)] : bytes);
        }

        string repaired = await _fixture.Store().EnsureAsync(Variant);

        (await File.ReadAllBytesAsync(repaired)).Should().Equal(expected);
        _fixture.Events.Should().ContainSingle(e => e == "ImportRejected");
        _fixture.Events.Count(e => e == "ModelImported").Should().Be(2);
    }

    [Fact]
    public async Task EnsureAsync_ImportThatWasInterrupted_IsCleanedUp()
    {
        _fixture.Place(_fixture.Pair);
        string partial = Path.Combine(_fixture.ImportedFolder, $"0123456789abcdef.{Guid.NewGuid():N}.partial");
        Directory.CreateDirectory(partial);
        await File.WriteAllBytesAsync(Path.Combine(partial, "model.onnx"), new byte[1000]);

        _ = await _fixture.Store().EnsureAsync(Variant);

        Directory.GetDirectories(_fixture.ImportedFolder).Should().Equal(Entry);
    }

    [Fact]
    public async Task EnsureAsync_OtherFilesLater_ReplacesTheImportedModel()
    {
        _fixture.Place(_fixture.Pair);
        string first = await _fixture.Store().EnsureAsync(Variant);
        Caffe2Pair other = Caffe2Pair.Create(seed: 2);
        _fixture.Place(other);

        string second = await _fixture.Store().EnsureAsync(ImportedModelFixture.VariantOf(other));

        second.Should().NotBe(first);
        Path.GetDirectoryName(second).Should().Be(Entry, "the model of the former files is removed");
    }

    [Fact]
    public async Task EnsureAsync_ManyStoresAtOnce_ImportOnce()
    {
        _fixture.Place(_fixture.Pair);

        string[] paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _fixture.Store().EnsureAsync(Variant))));

        paths.Distinct().Should().Equal(Path.Combine(Entry, "model.onnx"));
        _fixture.Events.Should().ContainSingle(e => e == "ModelImported");
    }

    [Fact]
    public async Task EnsureAsync_AnotherProcessImports_WaitsForIt()
    {
        _fixture.Place(_fixture.Pair);
        StoreLock held = StoreLock.TryAcquire(Path.Combine(_fixture.Root, ".locks", $"{Variant.Id}.lock"))!;
        _fixture.Progress.OnReport = report =>
        {
            if (report.Stage == ModelDownloadStage.Waiting)
            {
                held.Dispose();
            }
        };

        string path = await _fixture.Store().EnsureAsync(Variant, _fixture.Progress);

        path.Should().Be(Path.Combine(Entry, "model.onnx"));
        _fixture.Progress.Reports.Should().Contain(r => r.Stage == ModelDownloadStage.Waiting);
    }

    [Fact]
    public async Task Create_DiskWithoutSpace_ImportsIntoMemory()
    {
        _fixture.Place(_fixture.Pair);
        float[] expected = _fixture.Scores(_fixture.Store());
        Directory.Delete(_fixture.ImportedFolder, recursive: true);
        ModelStore full = new(_fixture.Options() with { FreeSpace = _ => 1000 });

        _fixture.Scores(full).Should().Equal(expected);

        Directory.EnumerateFileSystemEntries(_fixture.ImportedFolder).Should().BeEmpty();
        _fixture.Events.Should().Contain("ImportNotStored");
        Func<Task> ensure = () => full.EnsureAsync(Variant);
        await ensure.Should().ThrowAsync<ModelUnavailableException>().WithMessage("*cannot be stored*RESNET_NET_HOME*");
        full.Find(Variant).Should().BeNull();
    }

    [Fact]
    public void Create_StoreThatCannotBeWritten_ImportsIntoMemory()
    {
        _fixture.Place(_fixture.Pair);
        Directory.CreateDirectory(_fixture.Root);
        File.WriteAllText(Path.Combine(_fixture.Root, ".locks"), "a file instead of the folder");

        _fixture.Scores(_fixture.Store()).Sum().Should().BeApproximately(1, 1e-4f);

        _fixture.Events.Should().Contain("ImportNotStored");
    }

    [Fact]
    public async Task Remove_ImportedModel_IsRemovedWithItsOptimizedForm()
    {
        _fixture.Place(_fixture.Pair);
        ModelStore store = _fixture.Store();
        byte[] model = await File.ReadAllBytesAsync(await store.EnsureAsync(Variant));
        string optimized = Path.Combine(_fixture.Root, "optimized", Caffe2Pair.HashOf(model)[..32]);
        Directory.CreateDirectory(optimized);

        store.Remove(Variant).Should().BeTrue();

        Directory.Exists(optimized).Should().BeFalse();
        Directory.Exists(_fixture.ImportedFolder).Should().BeFalse();
        File.Exists(_fixture.InitPath).Should().BeTrue("local folders are never changed");
        store.Remove(Variant).Should().BeFalse();
    }

    [Fact]
    public void Variants_InCaffe2Format_StateBothFiles()
    {
        foreach (ResNetVariant variant in ResNetVariant.All.Where(v => v.IsImported))
        {
            variant.Files.Select(f => f.Name).Should().Equal("init_net.pb", "predict_net.pb");
            variant.Files.Should().OnlyContain(f => f.Address!.Scheme == "https");
            variant.Files[1].Sha256.Should().MatchRegex("^[0-9a-f]{64}$");
            variant.Profile.Should().BeSameAs(PreprocessingProfile.Caffe2Area);
            variant.Labels.Should().BeSameAs(LabelSet.ImageNet);
            variant.LoadsInOnnxRuntime.Should().BeFalse();
        }

        ResNetVariant.ResNet50Caffe2Float.Bytes.Should().Be(128_070_759 + 31_649);
        ResNetVariant.ResNet50Caffe2Quantized.Bytes.Should().BeNull();
        ResNetVariant.ResNet50Caffe2Quantized.Files[0].Sha256.Should().BeNull();
    }
}
