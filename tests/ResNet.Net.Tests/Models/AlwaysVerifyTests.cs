using System.Security.Cryptography;

namespace ResNet.Net.Tests;

/// <summary>With <see cref="ModelStoreOptions.AlwaysVerify"/>, nothing runs that the same call has not hashed.</summary>
public sealed class AlwaysVerifyTests : IDisposable
{
    private readonly StoreFixture _fixture = new(bytes: 20_000);
    private readonly ImportedModelFixture _imported = new();

    public void Dispose()
    {
        _fixture.Dispose();
        _imported.Dispose();
    }

    [Fact]
    public void Create_PlantedOptimizedModel_IsNotRun()
    {
        string model = _fixture["model.onnx"];
        CacheableModel.Build().Save(model);
        float[] expected = Scores(model, alwaysVerify: true);
        Directory.Exists(Path.Combine(_fixture.Root, "optimized")).Should().BeFalse();
        Scores(model, alwaysVerify: false).Should().Equal(expected, (a, e) => Math.Abs(a - e) < 1e-4);
        string planted = Directory.GetFiles(_fixture.Root, "model.onnx", SearchOption.AllDirectories).Should().ContainSingle().Which;
        CacheableModel.Build(seed: 2).Save(planted);
        Record(planted);

        Scores(model, alwaysVerify: false).Should().NotEqual(expected, "the record confirms the planted model");
        Scores(model, alwaysVerify: true).Should().Equal(expected);
    }

    [Fact]
    public async Task Open_FileReplacedAfterHashing_KeepsTheHashedBytes()
    {
        _fixture.WriteFile();
        ModelStore store = new(_fixture.Options() with { AlwaysVerify = true });

        ModelContent content = await store.OpenAsync(_fixture.Variant, null, CancellationToken.None);
        _fixture.WriteFile(new byte[20_000]);

        content.Path.Should().BeNull("it is not opened again by its path");
        content.Memory.ToArray().Should().Equal(_fixture.File);
        content.FilePath.Should().Be(_fixture.ModelPath);
    }

    [Fact]
    public void Read_FileReplacedByALink_Throws()
    {
        _fixture.WriteFile();
        VerifiedFile verified = new(_fixture.ModelPath, _fixture.Variant.Files[0].Sha256!);
        verified.Read(_fixture.Variant).Should().Equal(_fixture.File);
        string other = _fixture.WriteFile(_fixture["other"], new byte[20_000]);
        File.Delete(_fixture.ModelPath);
        File.CreateSymbolicLink(_fixture.ModelPath, other);

        ((Action)(() => verified.Read(_fixture.Variant))).Should().Throw<ModelUnavailableException>().WithMessage("*changed*");
    }

    [Fact]
    public async Task Ensure_PlantedImportedModel_IsNotUsed()
    {
        _imported.Place(_imported.Pair);
        string path = await _imported.Store().EnsureAsync(_imported.Variant);
        byte[] expected = File.ReadAllBytes(path);
        byte[] planted = [.. expected];
        planted[^1] ^= 1;
        File.WriteAllBytes(path, planted);
        Record(path);
        ModelStore verifying = new(_imported.Options() with { AlwaysVerify = true });

        File.ReadAllBytes(await _imported.Store().EnsureAsync(_imported.Variant)).Should().Equal(planted, "the record confirms it");
        ModelContent content = await verifying.OpenAsync(_imported.Variant, null, CancellationToken.None);

        content.Path.Should().BeNull();
        content.Memory.ToArray().Should().Equal(expected);
        File.ReadAllBytes(await verifying.EnsureAsync(_imported.Variant)).Should().Equal(expected);
        verifying.Find(_imported.Variant).Should().Be(path);
    }

    private static void Record(string path)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        new VerificationRecord(sha256, FileIdentity.Of(path)!, DateTimeOffset.UtcNow).TryWrite($"{path}.verified");
    }

    private float[] Scores(string model, bool alwaysVerify)
    {
        ResNetClassifierOptions options = new()
        {
            Threads = 1,
            CacheOptimizedModel = true,
            Store = new ModelStore(_fixture.Options() with { AlwaysVerify = alwaysVerify }),
        };
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(model) { Labels = new LabelSet("four", ["a", "b", "c", "d"]), Profile = CacheableModel.Profile }, options);
        return CacheableModel.Scores(classifier);
    }
}
