namespace ResNet.Net.Onnx;

/// <summary>Represents the window of a convolution or a pool: kernel, strides and dilations per axis, and padding per side.</summary>
/// <param name="Kernel">Height and width.</param>
/// <param name="Strides">Along rows and columns.</param>
/// <param name="Pads">Top, left, bottom, right, as in ONNX.</param>
/// <param name="Dilations">Along rows and columns.</param>
internal sealed record OperatorWindow(int[] Kernel, int[] Strides, int[] Pads, int[] Dilations)
{
    /// <summary>The height and the width of a map are less than this.</summary>
    public const int MaximumSide = 1 << 15;

    private const int Maximum = 1 << 15;

    public static OperatorWindow Read(OperatorReader source)
    {
        if (source.Int("legacy_pad") is not (null or 0))
        {
            throw source.Error("the argument 'legacy_pad' is set. Export the network with explicit pads");
        }

        int[] kernel = ReadAxes(source, "kernel", ["_h", "_w"], 1)
            ?? throw source.Error("the argument 'kernel' is missing");
        return new OperatorWindow(
            kernel,
            ReadAxes(source, "stride", ["_h", "_w"], 1) ?? [1, 1],
            ReadAxes(source, "pad", ["_t", "_l", "_b", "_r"], 0) ?? [0, 0, 0, 0],
            ReadAxes(source, "dilation", ["_h", "_w"], 1) ?? [1, 1]);
    }

    /// <summary>Reads the window of a pool. It is the whole map if <c>global_pooling</c> is set.</summary>
    public static OperatorWindow ReadPool(OperatorReader source, NetworkValue input)
    {
        if (source.Int("global_pooling") is not (null or 0))
        {
            return new OperatorWindow([(int)input.Height, (int)input.Width], [1, 1], [0, 0, 0, 0], [1, 1]);
        }

        OperatorWindow window = Read(source);
        if (window.Dilations is not [1, 1])
        {
            throw source.Error("the argument 'dilation' is not supported for pools");
        }

        return window.Pads[0] >= window.Kernel[0] || window.Pads[2] >= window.Kernel[0]
            || window.Pads[1] >= window.Kernel[1] || window.Pads[3] >= window.Kernel[1]
                ? throw source.Error("the pads of a pool must be smaller than its kernel")
                : window;
    }

    /// <summary>Determines whether one window without padding covers the whole map.</summary>
    public bool Spans(NetworkValue input) => Kernel[0] == input.Height && Kernel[1] == input.Width && Pads is [0, 0, 0, 0];

    /// <summary>Computes the height and the width of the result, rounded down.</summary>
    public (long Height, long Width) OutputOf(OperatorReader source, NetworkValue input)
    {
        long height = Count(input.Height, 0);
        long width = Count(input.Width, 1);
        return height >= MaximumSide || width >= MaximumSide
            ? throw source.Error($"its result of {height} x {width} pixels exceeds {MaximumSide - 1} pixels")
            : height > 0 && width > 0 ? (height, width)
            : throw source.Error(
                $"its window of {Kernel[0]} x {Kernel[1]} pixels is larger than the input of {input.Height} x {input.Width} pixels. "
                + "Check the input shape in the options");

        long Count(long length, int axis)
        {
            long rest = length + Pads[axis] + Pads[axis + 2] - (((Kernel[axis] - 1L) * Dilations[axis]) + 1);
            return rest < 0 ? 0 : Math.Min((rest / Strides[axis]) + 1, MaximumSide);
        }
    }

    public void Write(OnnxNode node)
    {
        node.Attributes.Set("kernel_shape", ToLong(Kernel));
        node.Attributes.Set("strides", ToLong(Strides));
        node.Attributes.Set("pads", ToLong(Pads));
        if (Dilations is not [1, 1])
        {
            node.Attributes.Set("dilations", ToLong(Dilations));
        }
    }

    // An argument has three forms: kernel, kernel_h with kernel_w, and kernels.
    private static int[]? ReadAxes(OperatorReader source, string name, string[] suffixes, int minimum)
    {
        if (source.Has(name))
        {
            int single = source.Int(name, 0, minimum, Maximum);
            return [.. suffixes.Select(_ => single)];
        }

        if (source.Has(name + "s"))
        {
            long[] values = source.Ints(name + "s").ToArray();
            return values.Length != suffixes.Length ? throw source.Error(
                    $"the argument '{name}s' has {values.Length} values instead of {suffixes.Length}")
                : values.All(v => v >= minimum && v <= Maximum) ? [.. values.Select(v => (int)v)]
                : throw source.Error($"the argument '{name}s' has a value outside {minimum} to {Maximum}");
        }

        if (!suffixes.Any(s => source.Has(name + s)))
        {
            return null;
        }

        return [.. suffixes.Select(s => minimum > 0 && name == "kernel" && !source.Has(name + s)
            ? throw source.Error($"the argument '{name}{s}' is missing")
            : source.Int(name + s, minimum, minimum, Maximum))];
    }

    private static long[] ToLong(int[] values) => [.. values.Select(v => (long)v)];
}
