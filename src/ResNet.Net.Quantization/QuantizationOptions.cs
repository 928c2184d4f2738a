namespace ResNet.Net.Quantization;

/// <summary>How a model is quantized. Immutable: change it by <c>with</c>. Values are checked when it is used.</summary>
public sealed record QuantizationOptions
{
    /// <summary>How the result is written.</summary>
    /// <value><see cref="QuantizationFormat.Qdq"/>, which every runtime understands; <see cref="QuantizationFormat.QOperator"/> is the form of the zoo's <c>-int8</c> file, for ONNX Runtime on CPUs.</value>
    public QuantizationFormat Format { get; init; } = QuantizationFormat.Qdq;

    /// <summary>The integers that activations become.</summary>
    /// <value><see cref="ActivationType.UInt8"/>.</value>
    public ActivationType ActivationType { get; init; } = ActivationType.UInt8;

    /// <summary>
    /// Whether weights use 7 bits, -64 to 64: the products of two pairs then fit 16 bits, so that processors without VNNI give right answers even without the saturation guard,
    /// at the price of coarser weights everywhere.
    /// </summary>
    /// <value>false: 8 bits, -127 to 127.</value>
    public bool ReduceRange { get; init; }

    /// <summary>How the ranges of activations are chosen.</summary>
    /// <value><see cref="CalibrationMethod.L2"/>.</value>
    public CalibrationMethod Calibration { get; init; } = CalibrationMethod.L2;

    /// <summary>The share of values that <see cref="CalibrationMethod.Percentile"/> keeps, in percent: above 50, up to 100.</summary>
    /// <value>99.999.</value>
    public double Percentile { get; init; } = 99.999;

    /// <summary>The least weight of a picture in <see cref="CalibrationMethod.MovingAverage"/>, above 0, up to 1: after <c>1 / weight</c> pictures the plain mean becomes an exponential one.</summary>
    /// <value>0.01.</value>
    public double MovingAverageWeight { get; init; } = 0.01;

    /// <summary>The bins of a histogram, from 512 to 65536; at least half of them lie between the smallest and the largest value.</summary>
    /// <value>4096: 2048 or more are in use.</value>
    public int HistogramBins { get; init; } = 4096;

    /// <summary>What becomes of BatchNormalizations that no Conv can take in.</summary>
    /// <value><see cref="UnfoldedBatchNormalization.Depthwise"/>, which measured faster (docs/quantization.md).</value>
    public UnfoldedBatchNormalization UnfoldedBatchNormalization { get; init; } = UnfoldedBatchNormalization.Depthwise;

    /// <summary>Names of layers that stay in float: node names as in the report.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> FloatLayers { get; init; } = [];

    /// <summary>How many of the calibration pictures the signal-to-noise ratio of each layer is measured on, from 0 (not measured) to 1000.</summary>
    /// <value>8.</value>
    public int NoisePictures { get; init; } = 8;

    /// <summary>How far accuracy may fall, and how it is measured; layers return to float until it holds.</summary>
    /// <value>null: accuracy is not measured.</value>
    public AccuracyTuning? Tuning { get; init; }

    /// <summary>Threads that run the float model, from 1. The result does not depend on it.</summary>
    /// <value>null: as many as the process has processors.</value>
    public int? Threads { get; init; }

    /// <exception cref="ArgumentException">A value is out of range, or two contradict each other; the message names them.</exception>
    internal void Validate()
    {
        ThrowIfUndefined(Format);
        ThrowIfUndefined(ActivationType);
        ThrowIfUndefined(Calibration);
        ThrowIfUndefined(UnfoldedBatchNormalization);
        ArgumentNullException.ThrowIfNull(FloatLayers);
        ThrowIfNot(Percentile > 50 && Percentile <= 100, Percentile, nameof(Percentile), "above 50, up to 100");
        ThrowIfNot(MovingAverageWeight > 0 && MovingAverageWeight <= 1, MovingAverageWeight, nameof(MovingAverageWeight), "above 0, up to 1");
        ThrowIfNot(HistogramBins is >= 512 and <= 65_536, HistogramBins, nameof(HistogramBins), "from 512 to 65536");
        ThrowIfNot(NoisePictures is >= 0 and <= 1000, NoisePictures, nameof(NoisePictures), "from 0 to 1000");
        if (Threads is int threads)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1, nameof(Threads));
        }

        if (ActivationType == ActivationType.Int8 && Format == QuantizationFormat.QOperator)
        {
            throw new ArgumentException(
                $"{nameof(ActivationType)}.{ActivationType.Int8} is for GPUs, which have no kernels for {nameof(QuantizationFormat)}.{QuantizationFormat.QOperator}, and CPUs run it slowly. "
                + $"Use {nameof(QuantizationFormat)}.{QuantizationFormat.Qdq}, or {nameof(ActivationType)}.{ActivationType.UInt8}.",
                nameof(ActivationType));
        }

        if (Tuning is not null && NoisePictures == 0)
        {
            throw new ArgumentException($"{nameof(Tuning)} ranks layers by their signal-to-noise ratio: {nameof(NoisePictures)} must be at least 1.", nameof(NoisePictures));
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
