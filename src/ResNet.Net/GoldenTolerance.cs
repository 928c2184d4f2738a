namespace ResNet.Net;

/// <summary>
/// How far an output may be from the expected one. An element may differ by
/// <c>Relative * |expected| + OfLargest * max |expected| + Steps * step</c>, where the maximum is over the output, and the step is that of its quantization.
/// </summary>
public sealed record GoldenTolerance
{
    /// <summary>For fp32. ONNX Runtime's own runner of these archives allows <c>1e-3 + 1e-3 * |expected|</c>, which for logits of about 10 is the same; unlike a fixed amount, it fits probabilities too.</summary>
    public static GoldenTolerance Fp32 { get; } = new() { Relative = 1e-3, OfLargest = 1e-4 };

    /// <summary>For int8 whose sums are exact. A sum that falls between two steps may be rounded either way, since kernels scale it in float in their own order, and later layers pass that on.</summary>
    public static GoldenTolerance Int8 { get; } = new() { Relative = 1e-5, Steps = 4 };

    /// <summary>For int8 whose sums saturate: the expected outputs were made where they do not. It tells a wrong model from a coarse one, no more.</summary>
    public static GoldenTolerance Int8Saturating { get; } = new() { Relative = 1e-5, Steps = 32 };

    /// <summary>The part of each expected value's own magnitude, from 0.</summary>
    public double Relative { get; init; }

    /// <summary>The part of the largest magnitude expected in the output, from 0.</summary>
    public double OfLargest { get; init; }

    /// <summary>Steps of the output's quantization, from 0: the scale of the DequantizeLinear that gives it; where the output is given otherwise, 1/255 of the range of the expected values.</summary>
    public double Steps { get; init; }

    /// <summary>The tolerance that fits a precision and the processor's arithmetic.</summary>
    /// <param name="precision">The model's precision.</param>
    /// <param name="arithmetic">How int8 sums are made; of no account for fp32.</param>
    /// <returns>One of the tolerances above.</returns>
    public static GoldenTolerance For(ModelPrecision precision, Int8Arithmetic arithmetic)
        => precision == ModelPrecision.Fp32 ? Fp32 : arithmetic == Int8Arithmetic.Saturating ? Int8Saturating : Int8;

    /// <exception cref="ArgumentOutOfRangeException">A part is negative or no number.</exception>
    internal void Validate()
    {
        ThrowUnlessValid(Relative, nameof(Relative));
        ThrowUnlessValid(OfLargest, nameof(OfLargest));
        ThrowUnlessValid(Steps, nameof(Steps));
    }

    private static void ThrowUnlessValid(double value, string name)
    {
        if (!double.IsFinite(value) || value < 0)
        {
            throw new ArgumentOutOfRangeException(name, value, "A tolerance is a number from 0 on.");
        }
    }
}
