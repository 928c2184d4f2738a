using System.Numerics.Tensors;

namespace ResNet.Net.Quantization.Internals.Calibration;

/// <summary>Watches one activation over all pictures, in memory that does not grow with them.</summary>
internal sealed class RangeObserver
{
    private readonly AdaptiveHistogram? _histogram;
    private readonly QuantizationOptions _options;
    private int _pictures;
    private double _meanMin;
    private double _meanMax;

    public RangeObserver(string value, QuantizationOptions options)
    {
        Value = value;
        _options = options;
        _histogram = options.Calibration is CalibrationMethod.Percentile or CalibrationMethod.Entropy or CalibrationMethod.L2
            ? new AdaptiveHistogram(options.HistogramBins)
            : null;
    }

    /// <summary>The activation's name.</summary>
    public string Value { get; }

    public float Min { get; private set; } = float.PositiveInfinity;

    public float Max { get; private set; } = float.NegativeInfinity;

    /// <param name="values">The activation of one picture.</param>
    /// <exception cref="QuantizationException">A value is not finite.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        float min = TensorPrimitives.Min(values); // NaN if any is
        float max = TensorPrimitives.Max(values);
        if (!float.IsFinite(min) || !float.IsFinite(max))
        {
            throw new QuantizationException(
                $"The activation '{Value}' of calibration picture {_pictures} (from 0) reaches from {min} to {max}. The model or its preprocessing profile is wrong: a float model must give finite values everywhere.");
        }

        Min = Math.Min(Min, min);
        Max = Math.Max(Max, max);
        _histogram?.Add(values);
        _pictures++;
        double weight = Math.Max(1.0 / _pictures, _options.MovingAverageWeight);
        _meanMin += (min - _meanMin) * weight;
        _meanMax += (max - _meanMax) * weight;
    }

    /// <summary>The range that the method chooses; its ends hold 0.</summary>
    /// <exception cref="QuantizationException">All values were the same.</exception>
    public ActivationRange Choose()
    {
        if (!(Max > Min))
        {
            throw new QuantizationException(
                $"The activation '{Value}' is {Min} everywhere, in all {_pictures} calibration pictures: there is nothing to quantize. "
                + "Either the pictures are all alike or blank, or a part of the model is dead; use other pictures, or look at the weights before it.");
        }

        ActivationRange range = _options.Calibration switch
        {
            CalibrationMethod.MovingAverage => new ActivationRange(_meanMin, _meanMax),
            CalibrationMethod.Percentile => PercentileRange.Find(_histogram!, _options.Percentile),
            CalibrationMethod.Entropy => EntropyRange.Find(_histogram!),
            CalibrationMethod.L2 => L2Range.Find(_histogram!, _options.ActivationType),
            _ => new ActivationRange(Min, Max),
        };

        // A percentile of a value that is nearly always 0 may be 0 itself.
        ActivationRange chosen = range.WithZero;
        return chosen.Max - chosen.Min > 0 ? chosen : new ActivationRange(Min, Max).WithZero;
    }
}
