namespace ResNet.Net.Onnx.Internals.Upgrading;

/// <summary>The IR versions that opsets were released with (docs/Versioning.md of ONNX).</summary>
internal static class IrVersions
{
    /// <summary>From this version on, initializers need not be listed as inputs.</summary>
    public const long InitializersNeedNoInput = 4;

    public static long ReleasedWith(long opset) => opset switch
    {
        <= 8 => 3,
        9 => 4,
        10 => 5,
        11 => 6,
        _ => 7,
    };

    /// <summary>The IR version of a model that had one and was brought to an opset.</summary>
    public static long After(long irVersion, long opset) => Math.Max(Math.Max(irVersion, InitializersNeedNoInput), ReleasedWith(opset));
}
