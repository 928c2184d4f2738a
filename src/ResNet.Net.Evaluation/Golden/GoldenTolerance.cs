namespace ResNet.Net.Evaluation;

/// <summary>Represents the allowed difference between an output and the expected output.</summary>
/// <remarks>
/// An element may differ by <c>Relative * |expected| + RelativeToMax * max |expected| + Steps * step</c>, where the maximum is taken over
/// the output, and the step is the output's quantization step.
/// </remarks>
public sealed record GoldenTolerance
{
    /// <summary>Gets the tolerance for fp32 models.</summary>
    /// <remarks>
    /// For logits of about 10 it equals the <c>1e-3 + 1e-3 * |expected|</c> of ONNX Runtime's own test runner. It also suits probabilities.
    /// </remarks>
    public static GoldenTolerance Fp32 { get; } = new() { Relative = 1e-3, RelativeToMax = 1e-4 };

    /// <summary>Gets the tolerance for int8 models with exact sums.</summary>
    /// <remarks>Kernels scale sums in float in different orders, so that values between two steps may be rounded either way.</remarks>
    public static GoldenTolerance Int8 { get; } = new() { Relative = 1e-5, Steps = 4 };

    /// <summary>Gets the tolerance for int8 models with saturating sums, whose expected outputs were computed without saturation.</summary>
    /// <remarks>It detects wrong models, but not imprecise ones.</remarks>
    public static GoldenTolerance Int8Saturating { get; } = new() { Relative = 1e-5, Steps = 32 };

    /// <summary>Gets the allowed difference as a fraction of the expected magnitude, from 0.</summary>
    public double Relative { get; init; }

    /// <summary>Gets the allowed difference as a fraction of the largest expected magnitude of the output, from 0.</summary>
    public double RelativeToMax { get; init; }

    /// <summary>Gets the allowed difference in quantization steps, from 0.</summary>
    /// <remarks>
    /// A step is the scale of the DequantizeLinear that computes the output. For other outputs it is 1/255 of the range of the expected
    /// values.
    /// </remarks>
    public double Steps { get; init; }

    /// <summary>Returns the tolerance for a precision and the processor's arithmetic.</summary>
    /// <param name="precision">The precision of the model.</param>
    /// <param name="arithmetic">The int8 arithmetic; ignored for fp32.</param>
    /// <returns>One of the predefined tolerances.</returns>
    public static GoldenTolerance For(ModelPrecision precision, Int8Arithmetic arithmetic)
        => precision == ModelPrecision.Fp32 ? Fp32 : arithmetic == Int8Arithmetic.Saturating ? Int8Saturating : Int8;

    /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite.</exception>
    internal void Validate()
    {
        ThrowIfInvalid(Relative, nameof(Relative));
        ThrowIfInvalid(RelativeToMax, nameof(RelativeToMax));
        ThrowIfInvalid(Steps, nameof(Steps));
    }

    private static void ThrowIfInvalid(double value, string name)
    {
        if (!double.IsFinite(value) || value < 0)
        {
            throw new ArgumentOutOfRangeException(name, value, "A tolerance must be a finite number of at least 0.");
        }
    }
}
