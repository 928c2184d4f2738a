using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Net.Tests;

public class SimdSelectionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Choose_NoRequest_ReturnsTheDefault(string? requested)
    {
        SimdSelection.Choose(requested).Should().Be(SimdSelection.Default);
        SimdSelection.Supported.Should().Contain(SimdSelection.Default);
    }

    [Fact]
    public void Choose_Scalar_ReturnsScalar() => SimdSelection.Choose("scalar").Should().Be(SimdWidth.Scalar);

    [Fact]
    public void Choose_128WithSpaces_ReturnsVector128() => SimdSelection.Choose(" 128 ").Should().Be(SimdWidth.Vector128);

    [Theory]
    [InlineData("1024")]
    [InlineData("avx2")]
    [InlineData("Scalar")]
    public void Choose_UnknownWidth_ThrowsAndListsTheWidths(string requested)
    {
        Action choose = () => SimdSelection.Choose(requested);

        choose.Should().Throw<ResNetException>().WithMessage($"*RESNET_NET_SIMD*'{requested}'*scalar, 128, 256 or 512*");
    }

    [Theory]
    [InlineData("256", 256)]
    [InlineData("512", 512)]
    public void Choose_WideVectors_ReturnsThemOrThrowsWithTheWidest(string requested, int needed)
    {
        Func<int> choose = () => (int)SimdSelection.Choose(requested);

        if (needed == 256 ? Avx2.IsSupported : Avx512BW.IsSupported)
        {
            choose().Should().Be(needed);
        }
        else
        {
            choose.Should().Throw<ResNetException>().WithMessage($"*'{requested}'*{(int)SimdSelection.Supported[^1]} bits*");
        }
    }

    [Fact]
    public void Default_AnyProcessor_IsTheWidestThatTheRuntimeAccelerates()
    {
        int expected = Vector512.IsHardwareAccelerated ? 512
            : Vector256.IsHardwareAccelerated ? 256
            : Vector128.IsHardwareAccelerated ? 128
            : 0;

        ((int)SimdSelection.Default).Should().Be(expected);
    }

    /// <summary>
    /// CI disables instructions in some runs and sets the expected width in a variable. This test verifies that the switches work.
    /// </summary>
    [Fact]
    public void Supported_DisabledInstructions_AreExcluded()
    {
        int widest = (int)SimdSelection.Supported[^1];
        if (Environment.GetEnvironmentVariable("RESNET_NET_TEST_WIDEST_SIMD") is string expected)
        {
            widest.ToString(System.Globalization.CultureInfo.InvariantCulture).Should().Be(expected);
        }

        widest.Should().Be(Avx512BW.IsSupported ? 512 : Avx2.IsSupported ? 256 : 128);
    }
}
