using System.Runtime.InteropServices;

namespace ResNet.Net.Tests;

public class PreprocessingScratchTests
{
    private static readonly ResizePlan Plan = new(500, 375, 341, 256, 58, 16, 224, 224);

    [Fact]
    public void Taps_NeverKept_AreNotKnown()
    {
        PreprocessingScratch scratch = new();
        scratch.Taps(100, Interpolation.PillowBilinear, Plan, out bool first);
        scratch.Taps(100, Interpolation.PillowBilinear, Plan, out bool second);

        (first, second).Should().Be((false, false), "filling them may have failed");
    }

    [Fact]
    public void Taps_Kept_AreKnownUntilAnotherFilterTakesTheirPlace()
    {
        PreprocessingScratch scratch = new();
        scratch.Taps(100, Interpolation.PillowBilinear, Plan, out _)[99] = 7;
        scratch.KeepTaps(Interpolation.PillowBilinear, Plan);

        int kept = scratch.Taps(100, Interpolation.PillowBilinear, Plan, out bool known)[99];
        scratch.Taps(50, Interpolation.OpenCvBilinear, Plan, out bool other);
        scratch.Taps(100, Interpolation.PillowBilinear, Plan, out bool again);

        (known, kept, other, again).Should().Be((true, 7, false, false));
    }

    [Fact]
    public void Rows_AnyLength_BeginAtACacheLine()
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
