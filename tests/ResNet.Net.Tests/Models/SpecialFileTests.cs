using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>Named pipes and devices are rejected at once. Opening them would block, or never end.</summary>
public sealed class SpecialFileTests : IDisposable
{
    private const string Reason = "*named pipe, a device or a socket*";

    private readonly StoreFixture _fixture = new(bytes: 20_000);

    public void Dispose() => _fixture.Dispose();

    [LinuxFact]
    public void Load_NamedPipeOrDevice_Throws()
    {
        foreach (string path in (string[])[NamedPipe.Create(_fixture["x.onnx"]), "/dev/zero"])
        {
            Action[] loads =
            [
                () => OnnxModel.Load(path),
                () => OnnxModelSummary.Read(path),
                () => Caffe2Net.Load(path),
                () => LabelSet.Load(path),
            ];
            loads.Should().AllSatisfy(l => l.Should().Throw<IOException>().WithMessage(Reason));
            Action create = () => ResNetClassifier.Create(new ModelDefinition(path));
            create.Should().Throw<ModelUnavailableException>().WithMessage(Reason);
        }
    }

    [LinuxFact]
    public async Task Ensure_NamedPipeInTheStore_IsNotOpened()
    {
        NamedPipe.Create(_fixture[_fixture.ModelPath]);
        await using TestServer server = await TestServer.StartAsync(_fixture.File);
        ModelStore store = _fixture.Store(server);

        store.Find(_fixture.Variant).Should().BeNull();
        store.List().Should().BeEmpty();
        Func<Task> ensure = () => store.EnsureAsync(_fixture.Variant);
        (await ensure.Should().ThrowAsync<ModelUnavailableException>()).WithMessage(Reason);
    }

    [LinuxFact]
    public async Task Ensure_NamedPipesBesideTheModel_AreIgnoredOrReplaced()
    {
        string origin = $"{_fixture.PartialPath}.origin";
        foreach (string path in (string[])[_fixture.RecordPath, _fixture.PartialPath, origin, _fixture.DamagedPath])
        {
            NamedPipe.Create(_fixture[path]);
        }

        await using TestServer server = await TestServer.StartAsync(_fixture.File);

        string stored = await _fixture.Store(server).EnsureAsync(_fixture.Variant);

        File.ReadAllBytes(stored).Should().Equal(_fixture.File);
        _fixture.Store().List()[0].State.Should().Be(StoredModelState.Verified);
    }

    [LinuxFact]
    public async Task Import_NamedPipeInTheFolder_IsSkipped()
    {
        NamedPipe.Create(_fixture["in", _fixture.Variant.Files[0].Name]);
        _fixture.WriteFile(_fixture["in", "model.bin"]);

        IReadOnlyList<StoredModel> imported = await _fixture.Store().ImportAsync(_fixture["in"]);

        imported.Should().ContainSingle().Which.Path.Should().Be(_fixture.ModelPath);
    }

    [LinuxFact]
    public void Classify_NamedPipeAmongImages_FailsAlone()
    {
        string pipe = NamedPipe.Create(_fixture["cat.png"]);
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        string good = Path.Combine(TestFolders.SampleImages, "cat.png");

        InputImage[] images = [pipe, good];

        IReadOnlyList<ClassificationOutcome> outcomes = classifier.ClassifyBatch(images);

        outcomes[0].Error.Should().BeOfType<IOException>().Which.Message.Should().Match(Reason);
        outcomes[1].Succeeded.Should().BeTrue();
    }
}
