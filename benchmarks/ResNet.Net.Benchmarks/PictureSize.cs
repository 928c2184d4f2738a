namespace ResNet.Net.Benchmarks;

/// <summary>The sizes that are measured: a web photo, a small and a full photo of a camera.</summary>
public sealed record PictureSize(int Width, int Height)
{
    public static IEnumerable<PictureSize> All => [new(500, 375), new(1632, 1224), new(4000, 3000)];

    public override string ToString() => $"{Width}x{Height}";
}
