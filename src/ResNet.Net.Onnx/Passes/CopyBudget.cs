namespace ResNet.Net.Onnx;

/// <summary>
/// Limits what a pass adds to a graph whose nodes share constants: each node gets its own copy, so that a small file could become a huge
/// one.
/// </summary>
internal sealed class CopyBudget
{
    private const long MaxBytes = 1L << 30;

    private readonly HashSet<string> _copied = [];
    private long _bytes;

    /// <summary>Whether another copy of a constant may be made. The first one is always allowed.</summary>
    public bool TryTake(string constant, long bytes) => _copied.Add(constant) || (_bytes += bytes) <= MaxBytes;
}
