using ResNet.Net.Evaluation;

namespace ResNet.Net.Training.Tests;

public sealed class PixelComparisonTests : IAsyncLifetime
{
    private Backbone _backbone = null!;

    public async Task InitializeAsync()
        => _backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, new ResNetEmbedderOptions(), default);

    public Task DisposeAsync()
    {
        _backbone.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("cat.png", "cat.png", true)]
    [InlineData("cat.png", "ship.png", false)]
    public void AreCopies_SampleImages_ComparesTheirPixels(string first, string second, bool expected)
        => new PixelComparison(_backbone).AreCopies(Image(first), Image(second)).Should().Be(expected);

    [Fact]
    public void AreCopies_FileRemovedMeanwhile_TrustsTheEmbeddings()
        => new PixelComparison(_backbone).AreCopies(Image("cat.png"), Image("no-such-file.png")).Should().BeTrue();

    private static LabeledImage Image(string name)
        => new(name, 0, () => File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, name)));
}
