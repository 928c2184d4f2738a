namespace ResNet.Net.Tests;

internal static class TestProfiles
{
    /// <summary>Gets a profile that only scales: inputs are pixels of 40x24 in [0, 1], so that outputs follow from a formula.</summary>
    public static PreprocessingProfile Plain { get; } = new()
    {
        Name = "plain",
        Resize = ResizeRule.Squash(40, 24),
        Crop = new CropRule(40, 24),
        Interpolation = Interpolation.OpenCvBilinear,
        Mean = new ChannelValues(0, 0, 0),
        Std = new ChannelValues(1, 1, 1),
    };
}
