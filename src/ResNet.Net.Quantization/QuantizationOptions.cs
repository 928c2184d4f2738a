using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Represents the options of a quantization. Immutable; use <c>with</c> to change a copy.</summary>
public sealed record QuantizationOptions
{
    /// <summary>Gets the format of the quantized model.</summary>
    /// <value>
    /// The default is <see cref="QuantizationFormat.Qdq"/>, which every runtime supports. <see cref="QuantizationFormat.QOperator"/>, the
    /// format of the zoo's <c>-int8</c> file, is for ONNX Runtime on CPUs.
    /// </value>
    public QuantizationFormat Format { get; init; } = QuantizationFormat.Qdq;

    /// <summary>Gets the integer type of activations.</summary>
    /// <value>The default is <see cref="ActivationType.UInt8"/>.</value>
    public ActivationType ActivationType { get; init; } = ActivationType.UInt8;

    /// <summary>Gets whether weights use 7 bits, from -64 to 64.</summary>
    /// <remarks>
    /// Sums of two products then fit into 16 bits, so processors without VNNI give correct results even without the saturation guard.
    /// The weights are less precise on all processors.
    /// </remarks>
    /// <value>The default is <see langword="false"/>: 8 bits, from -127 to 127.</value>
    public bool ReduceRange { get; init; }

    /// <summary>Gets the calibration method, which chooses the ranges of activations.</summary>
    /// <value>The default is <see cref="CalibrationMethod.L2"/>.</value>
    public CalibrationMethod Calibration { get; init; } = CalibrationMethod.L2;

    /// <summary>Gets the percentage of values that <see cref="CalibrationMethod.Percentile"/> keeps, above 50, at most 100.</summary>
    /// <value>The default is 99.999.</value>
    public double Percentile { get; init; } = 99.999;

    /// <summary>Gets the minimum weight of an image in <see cref="CalibrationMethod.MovingAverage"/>, above 0, at most 1.</summary>
    /// <remarks>After <c>1 / weight</c> images the arithmetic mean becomes an exponential one.</remarks>
    /// <value>The default is 0.01.</value>
    public double MovingAverageWeight { get; init; } = 0.01;

    /// <summary>Gets the number of histogram bins, from 512 to 65536.</summary>
    /// <value>The default is 4096, of which at least 2048 lie between the smallest and the largest value.</value>
    public int HistogramBins { get; init; } = 4096;

    /// <summary>Gets how a BatchNormalization is quantized that cannot be folded into a Conv.</summary>
    /// <value>The default is <see cref="UnfoldedBatchNormalization.Depthwise"/>, which is faster.</value>
    public UnfoldedBatchNormalization UnfoldedBatchNormalization { get; init; } = UnfoldedBatchNormalization.Depthwise;

    /// <summary>Gets the names of layers to keep in float, as the report names them.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> FloatLayers { get; init; } = [];

    /// <summary>Gets the number of calibration images on which each layer's noise (SQNR) is measured, from 0 to 1000.</summary>
    /// <value>The default is 8. 0 disables the measurement.</value>
    public int SqnrImages { get; init; } = 8;

    /// <summary>Gets the accuracy-aware tuning, which reverts layers to float until an accuracy criterion is met.</summary>
    /// <value>The default is null: the accuracy is not measured.</value>
    public AccuracyTuning? Tuning { get; init; }

    /// <summary>Gets the number of threads that run the float model, 1 to 2048. The result does not depend on it.</summary>
    /// <value>The default is null: the number of processors.</value>
    public int? Threads { get; init; }

    /// <exception cref="ArgumentException">A value is out of range, or two contradict each other; the message names them.</exception>
    internal void Validate()
    {
        ThrowIfUndefined(Format);
        ThrowIfUndefined(ActivationType);
        ThrowIfUndefined(Calibration);
        ThrowIfUndefined(UnfoldedBatchNormalization);
        ArgumentNullException.ThrowIfNull(FloatLayers);
        ThrowIfNot(Percentile > 50 && Percentile <= 100, Percentile, nameof(Percentile), "above 50 and at most 100");
        ThrowIfNot(MovingAverageWeight is > 0 and <= 1, MovingAverageWeight, nameof(MovingAverageWeight), "above 0 and at most 1");
        ThrowIfNot(HistogramBins is >= 512 and <= 65_536, HistogramBins, nameof(HistogramBins), "from 512 to 65536");
        ThrowIfNot(SqnrImages is >= 0 and <= 1000, SqnrImages, nameof(SqnrImages), "from 0 to 1000");
        if (Threads is int threads)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1, nameof(Threads));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, SessionSettings.MaxThreads, nameof(Threads));
        }

        if (ActivationType == ActivationType.Int8 && Format == QuantizationFormat.QOperator)
        {
            throw new ArgumentException(
                $"{nameof(ActivationType)}.{ActivationType.Int8} is for GPUs, which don't support {nameof(QuantizationFormat)}.{Format}. "
                + $"Use {nameof(QuantizationFormat)}.{QuantizationFormat.Qdq}, or {nameof(ActivationType)}.{ActivationType.UInt8}.",
                nameof(ActivationType));
        }

        if (Tuning is not null && SqnrImages == 0)
        {
            throw new ArgumentException(
                $"{nameof(Tuning)} ranks layers by their signal-to-quantization-noise ratio. Set {nameof(SqnrImages)} to at least 1.",
                nameof(SqnrImages));
        }

        Tuning?.Validate();
    }

    private static void ThrowIfUndefined<T>(T value)
        where T : struct, Enum
        => ThrowIfNot(Enum.IsDefined(value), value, typeof(T).Name, $"one of {string.Join(", ", Enum.GetNames<T>())}");

    private static void ThrowIfNot(bool condition, object value, string name, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {allowed}.");
        }
    }
}
