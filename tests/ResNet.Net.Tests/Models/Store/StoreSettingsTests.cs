namespace ResNet.Net.Tests;

public class StoreSettingsTests
{
    private static readonly string Somewhere = Path.Combine(Path.GetTempPath(), "somewhere");

    [Fact]
    public void Resolve_NothingSet_UsesThePlatformsCacheFolderAndPublicSources()
    {
        StoreSettings settings = Resolve(new ModelStoreOptions());

        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string localData = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        string expected = OperatingSystem.IsWindows() ? Path.Combine(localData, "ResNet.Net")
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches", "ResNet.Net")
            : Path.Combine(home, ".cache", "ResNet.Net");
        settings.Root.Should().Be(expected);
        settings.LocalFolders.Should().BeEmpty();
        settings.Sources.Should().Equal(ModelSource.HuggingFace, ModelSource.GitHub);
        settings.Offline.Should().BeFalse();
    }

    [Fact]
    public void Resolve_XdgCacheHome_IsUsedOnLinuxIfAbsolute()
    {
        string home = Resolve(new ModelStoreOptions()).Root;

        string expected = OperatingSystem.IsLinux() ? Path.Combine(Somewhere, "ResNet.Net") : home;
        Resolve(new ModelStoreOptions(), ("XDG_CACHE_HOME", Somewhere)).Root.Should().Be(expected);
        Resolve(new ModelStoreOptions(), ("XDG_CACHE_HOME", "relative")).Root.Should().Be(home);
    }

    [Fact]
    public void Resolve_EnvironmentVariables_AreUsed()
    {
        StoreSettings settings = Resolve(
            new ModelStoreOptions(),
            ("RESNET_NET_HOME", Somewhere),
            ("RESNET_NET_MODELS", $"{Path.Combine(Somewhere, "a")}{Path.PathSeparator}{Path.PathSeparator}{Path.Combine(Somewhere, "b")}"),
            ("RESNET_NET_MIRROR", "https://one.example.com/models/; http://two.example.com:8080"),
            ("RESNET_NET_OFFLINE", "1"));

        settings.Root.Should().Be(Somewhere);
        settings.LocalFolders.Should().Equal(Path.Combine(Somewhere, "a"), Path.Combine(Somewhere, "b"));
        ResNetVariant variant = ResNetVariant.ResNet18V1;
        settings.Sources.Select(s => s.GetAddress(variant, variant.Files[0])!.AbsoluteUri).Should().Equal(
            "https://one.example.com/models/resnet18-v1-7.onnx",
            "http://two.example.com:8080/resnet18-v1-7.onnx",
            "https://huggingface.co/onnxmodelzoo/resnet18-v1-7/resolve/main/resnet18-v1-7.onnx",
            "https://media.githubusercontent.com/media/onnx/models/main/validated/vision/classification/resnet/model/resnet18-v1-7.onnx");
        settings.Offline.Should().BeTrue();
    }

    [Fact]
    public void Resolve_Options_OverrideEnvironmentVariables()
    {
        ModelStoreOptions options = new() { RootFolder = Somewhere, LocalFolders = [], Sources = [ModelSource.GitHub], Offline = false };

        StoreSettings settings = Resolve(
            options,
            ("RESNET_NET_HOME", "/x"),
            ("RESNET_NET_MODELS", "/y"),
            ("RESNET_NET_MIRROR", "nonsense"),
            ("RESNET_NET_OFFLINE", "1"));

        settings.Root.Should().Be(Somewhere);
        settings.LocalFolders.Should().BeEmpty();
        settings.Sources.Should().Equal(ModelSource.GitHub);
        settings.Offline.Should().BeFalse();
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData(" Yes ", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("", false)]
    public void Resolve_OfflineVariable_IsParsed(string value, bool expected)
        => Resolve(new ModelStoreOptions(), ("RESNET_NET_OFFLINE", value)).Offline.Should().Be(expected);

    [Theory]
    [InlineData("RESNET_NET_OFFLINE", "maybe")]
    [InlineData("RESNET_NET_MIRROR", "ftp://models.example.com")]
    [InlineData("RESNET_NET_MIRROR", "models.example.com")]
    public void Resolve_InvalidVariable_ThrowsWithNameAndValue(string name, string value)
        => ((Action)(() => Resolve(new ModelStoreOptions(), (name, value))))
            .Should().Throw<ArgumentException>().WithMessage($"*{name}*{value}*");

    [Fact]
    public void Resolve_OptionsOutOfRange_ThrowsWithTheirNames()
    {
        Resolving(new ModelStoreOptions { Retries = -1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Retries*");
        Resolving(new ModelStoreOptions { ResponseTimeout = TimeSpan.Zero }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*ResponseTimeout*");
        Resolving(new ModelStoreOptions { IdleTimeout = Timeout.InfiniteTimeSpan }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*IdleTimeout*");
        Resolving(new ModelStoreOptions { RootFolder = " " }).Should().Throw<ArgumentException>().WithMessage("*RootFolder*");
        Resolving(new ModelStoreOptions { LocalFolders = [""] }).Should().Throw<ArgumentException>().WithMessage("*LocalFolders*");
    }

    private static Action Resolving(ModelStoreOptions options) => () => Resolve(options);

    private static StoreSettings Resolve(ModelStoreOptions options, params (string Name, string Value)[] environment)
        => StoreSettings.Resolve(options, name => environment.FirstOrDefault(v => v.Name == name).Value);
}
