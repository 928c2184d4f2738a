namespace ResNet.Net.Tests;

/// <summary>What Create resolves, and when. Not in parallel with other tests: it sets invalid environment variables.</summary>
[Collection(nameof(Alone))]
public class LoadPlanTests
{
    [Fact]
    public void Create_EmbeddedVariant_ReadsNoVariableOfTheStore()
    {
        using TemporaryVariable optimized = new("RESNET_NET_OPTIMIZED", "perhaps");
        using TemporaryVariable offline = new("RESNET_NET_OFFLINE", "perhaps");

        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

        classifier.Variant.Should().Be(ResNetVariant.Cifar10ResNet20);
        ((Action)(() => _ = new LoadPlan(new ResNetClassifierOptions()).Store))
            .Should().Throw<ArgumentException>().WithMessage("*RESNET_NET_OFFLINE*'perhaps'*");
    }

    [Fact]
    public void Store_ReadTwice_IsTheSame()
    {
        using TemporaryFolder folder = new();
        using TemporaryVariable root = new("RESNET_NET_HOME", folder.FullPath);
        LoadPlan plan = new(new ResNetClassifierOptions());

        plan.Store.Should().BeSameAs(plan.Store);
        plan.Store.RootFolder.Should().Be(folder.FullPath);
    }

    [Fact]
    public void Session_ConfigEntries_OverrideTheInt8Guard()
    {
        ResNetClassifierOptions options = new() { ConfigEntries = new Dictionary<string, string> { [Int8Guard.Entry] = "0" }, Threads = 3 };

        SessionSettings session = new LoadPlan(options, hasInt8DotProduct: false).Session;

        session.ConfigEntries.Should().ContainKey(Int8Guard.Entry).WhoseValue.Should().Be("0");
        session.IntraOpThreads.Should().Be(3);
    }
}
