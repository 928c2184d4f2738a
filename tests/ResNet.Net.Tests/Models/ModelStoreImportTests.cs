namespace ResNet.Net.Tests;

/// <summary>The store recognizes imported files by their bytes. See ModelStoreTestDataTests for test data.</summary>
public sealed class ModelStoreImportTests : IDisposable
{
    private readonly StoreFixture _fixture = new(bytes: 20_000);

    private ResNetVariant Variant => _fixture.Variant;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Import_File_IsRecognizedByItsBytes()
    {
        string file = _fixture.WriteFile(_fixture["download (1).bin"]);
        ModelStore store = _fixture.Store();

        IReadOnlyList<StoredModel> imported = await store.ImportAsync(file, _fixture.Progress);

        imported.Single().Should().Match<StoredModel>(
            m => m.Variant == Variant && m.Path == _fixture.ModelPath && m.State == StoredModelState.Verified);
        _fixture.ShouldBeStored(_fixture.ModelPath);
        File.Exists(file).Should().BeTrue();
        _fixture.Progress.Reports.Should().Contain(r => r.Stage == ModelDownloadStage.Importing && r.Source == file);
        (await store.ImportAsync(file)).Should().HaveCount(1, "it is stored already");
    }

    [Fact]
    public async Task Import_Folder_ImportsItsModels()
    {
        byte[] second = StoreFixture.Make(20_000, seed: 5);
        ResNetVariant other = StoreFixture.VariantOf(second, ResNetVariant.ResNet18V1);
        _fixture.WriteFile(_fixture["in", "a", "x"]);
        _fixture.WriteFile(_fixture["in", "b", "y"], second);
        _fixture.WriteFile(_fixture["in", "readme.txt"], [1]);
        string wrong = _fixture.WriteFile(_fixture["in", Variant.Files[0].Name], new byte[20_000]);
        ModelStore store = new(_fixture.Options() with { Catalog = [Variant, other] });

        IReadOnlyList<StoredModel> imported = await store.ImportAsync(_fixture["in"], _fixture.Progress);

        imported.Select(m => m.Variant).Should().Equal(Variant, other);
        imported.Should().OnlyContain(m => m.State == StoredModelState.Verified);
        _fixture.Progress.Notices.Should().ContainSingle(n => n.Contains(wrong) && n.Contains("SHA-256"));
    }

    [Fact]
    public async Task Import_WrongOrMissingFile_ThrowsWithReason()
    {
        ModelStore store = _fixture.Store();
        Func<Task> Importing(string path) => () => store.ImportAsync(path);
        string pointer = _fixture["lfs", Variant.Files[0].Name];
        File.WriteAllText(pointer, "version https://git-lfs.github.com/spec/v1\n");

        await Importing(_fixture["nothing"])
            .Should().ThrowAsync<ModelUnavailableException>().WithMessage("*neither a file nor a folder*");
        await Importing(_fixture.WriteFile(_fixture["cat.onnx"], [1, 2]))
            .Should().ThrowAsync<ModelUnavailableException>().WithMessage("*is not a known model*2 bytes*");
        await Importing(_fixture.WriteFile(_fixture["same-size.onnx"], new byte[20_000]))
            .Should().ThrowAsync<ModelUnavailableException>().WithMessage("*Its SHA-256 is*");
        await Importing(pointer)
            .Should().ThrowAsync<ModelVerificationException>().WithMessage("*43 bytes instead of 20000*Git LFS pointer*");
        await Importing(Path.GetDirectoryName(pointer)!).Should().ThrowAsync<ModelVerificationException>();
        store.List().Should().BeEmpty();
    }

    [Fact]
    public async Task Import_StoreNotWritable_Throws()
    {
        string file = _fixture.WriteFile(_fixture["file"]);
        ModelStore store = new(_fixture.Options() with { RootFolder = Path.Combine(file, "store") });

        (await ((Func<Task>)(() => store.ImportAsync(file))).Should().ThrowAsync<ModelUnavailableException>())
            .WithMessage("*cannot be stored in*cannot be written*").And.Message.Should().NotContain("Checked:");
    }
}
