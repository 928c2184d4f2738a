namespace ResNet.Net.Tests;

public sealed class PartialFileTests : IDisposable
{
    private readonly StoreFixture _fixture = new(bytes: 200_000);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Append_ChunksOfAnySize_AreHashedAndWritten()
    {
        PartialFile partial = await OpenAsync();
        Random random = new(3);
        for (int at = 0; at < _fixture.File.Length;)
        {
            int length = Math.Min(random.Next(1, 70_000), _fixture.File.Length - at);
            await partial.AppendAsync(_fixture.File.AsMemory(at, length));
            at += length;
        }

        (await partial.HashAsync()).Should().Be(_fixture.Variant.Files[0].Sha256);
        partial.Publish();
        await partial.DisposeAsync();

        File.ReadAllBytes(_fixture.ModelPath).Should().Equal(_fixture.File);
        File.Exists(_fixture.PartialPath).Should().BeFalse();
    }

    [Fact]
    public async Task Append_BeyondTheSize_Throws()
    {
        await using PartialFile partial = await OpenAsync();
        await partial.AppendAsync(_fixture.File.AsMemory(0, 199_999));

        await ((Func<Task>)(async () => await partial.AppendAsync(new byte[2])))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*199999 + 2 bytes exceed the 200000*");

        new FileInfo(_fixture.PartialPath).Length.Should().Be(199_999);
    }

    [Fact]
    public async Task Open_ExistingPartialFile_ContinuesWithBytesAndOrigin()
    {
        DownloadOrigin origin = new("https://models.example.com/x", "\"v1\"");
        await using (PartialFile first = await OpenAsync())
        {
            first.SetOrigin(origin);
            await first.AppendAsync(_fixture.File.AsMemory(0, 150_000));
        }

        await using PartialFile second = await OpenAsync();

        (second.Length, second.Origin).Should().Be((150_000L, origin));
        await second.AppendAsync(_fixture.File.AsMemory(150_000));
        (await second.HashAsync()).Should().Be(_fixture.Variant.Files[0].Sha256);
    }

    [Fact]
    public async Task Dispose_NothingWritten_LeavesNoFile()
    {
        await using (PartialFile partial = await OpenAsync())
        {
            partial.SetOrigin(new DownloadOrigin("x", ""));
        }

        Directory.GetFiles(Path.GetDirectoryName(_fixture.PartialPath)!).Should().BeEmpty();
    }

    [Fact]
    public async Task Open_Private_UsesAUniqueNameAndKeepsNothing()
    {
        _fixture.WriteFile(_fixture.PartialPath, new byte[100]);
        await using (PartialFile first = await OpenAsync(isPrivate: true))
        await using (PartialFile second = await OpenAsync(isPrivate: true))
        {
            await first.AppendAsync(_fixture.File);
            await second.AppendAsync(_fixture.File.AsMemory(0, 10));
            first.Publish();
        }

        File.ReadAllBytes(_fixture.ModelPath).Should().Equal(_fixture.File);
        Directory.GetFiles(Path.GetDirectoryName(_fixture.ModelPath)!).Should().BeEquivalentTo([_fixture.ModelPath, _fixture.PartialPath]);
    }

    private Task<PartialFile> OpenAsync(bool isPrivate = false)
    {
        StoredFile model = _fixture.Model;
        FilePaths paths = new(_fixture.Root, model);
        return PartialFile.OpenAsync(paths, model, isPrivate, new ProgressReporter(model, null), CancellationToken.None);
    }
}
