using System.Runtime.InteropServices;

namespace ResNet.Net.Tests;

public class PreprocessingScratchTests
{
    private static readonly ResizePlan Plan = new(500, 375, 341, 256, 58, 16, 224, 224);

    [Fact]
    public void Taps_NotCommitted_AreNotCached()
    {
        PreprocessingScratch scratch = new();
        scratch.Taps(100, Interpolation.PillowBilinear, Plan, out bool first);
        scratch.Taps(100, Interpolation.PillowBilinear, Plan, out bool second);

        (first, second).Should().Be((false, false), "filling them may have failed");
    }

    [Fact]
    public void Taps_Committed_AreCachedUntilAnotherFilterReplacesThem()
    {
        PreprocessingScratch scratch = new();
        scratch.Taps(100, Interpolation.PillowBilinear, Plan, out _)[99] = 7;
        scratch.CommitTaps(Interpolation.PillowBilinear, Plan);

        int last = scratch.Taps(100, Interpolation.PillowBilinear, Plan, out bool isCached)[99];
        scratch.Taps(50, Interpolation.OpenCvBilinear, Plan, out bool isOtherCached);
        scratch.Taps(100, Interpolation.PillowBilinear, Plan, out bool isCachedAgain);

        (isCached, last, isOtherCached, isCachedAgain).Should().Be((true, 7, false, false));
    }

    [Fact]
    public void Rows_AnyLength_StartAtACacheLine()
    {
        PreprocessingScratch scratch = new();
        foreach (int length in new[] { 1, 1000, 3, 5000, 100_000 })
        {
            Span<byte> rows = scratch.Rows(length);

            rows.Length.Should().Be(length);
            unsafe
            {
                fixed (byte* start = &MemoryMarshal.GetReference(rows))
                {
                    ((nuint)start % 64).Should().Be(0);
                }
            }
        }
    }
}
