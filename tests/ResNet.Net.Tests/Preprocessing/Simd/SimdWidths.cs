namespace ResNet.Net.Tests;

/// <summary>Gets the supported widths in bits, as theory data; 0 is scalar.</summary>
public static class SimdWidths
{
    public static TheoryData<int> All { get; } = [.. SimdSelection.Supported.Select(width => (int)width)];

    public static TheoryData<int> Vectors { get; } =
        [.. SimdSelection.Supported.Where(width => width != SimdWidth.Scalar).Select(width => (int)width)];
}
