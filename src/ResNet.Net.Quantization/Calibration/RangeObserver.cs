using System.Numerics.Tensors;

namespace ResNet.Net.Quantization;

/// <summary>Observes one activation over all images in constant memory.</summary>
internal sealed class RangeObserver
{
    private readonly AdaptiveHistogram? _histogram;
    private readonly QuantizationOptions _options;
    private int _images;
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

    /// <summary>Gets the activation's name.</summary>
    public string Value { get; }

    public float Min { get; private set; } = float.PositiveInfinity;

    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>Adds the activation of one image.</summary>
    /// <exception cref="QuantizationException">A value is not finite.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        float min = TensorPrimitives.Min(values); // NaN if any value is NaN
        float max = TensorPrimitives.Max(values);
        if (!float.IsFinite(min) || !float.IsFinite(max))
        {
            throw new QuantizationException(
                $"The activation '{Value}' ranges from {min} to {max} on calibration image {_images} (from 0), but must be finite. "
                + "Check the model and the preprocessing profile.");
        }

        Min = Math.Min(Min, min);
        Max = Math.Max(Max, max);
        _histogram?.Add(values);
        _images++;
        double weight = Math.Max(1.0 / _images, _options.MovingAverageWeight);
        _meanMin += (min - _meanMin) * weight;
        _meanMax += (max - _meanMax) * weight;
    }

    /// <summary>Returns the range, which includes 0, by the calibration method.</summary>
    /// <exception cref="QuantizationException">All values are equal.</exception>
    public ActivationRange Choose()
    {
        if (!(Max > Min))
        {
            throw new QuantizationException(
                $"The activation '{Value}' is constant: it is {Min} on all {_images} calibration images. "
                + "Either the images are blank or identical, or a part of the model is dead. "
                + "Use other images, or check the preceding weights.");
        }

        ActivationRange range = _options.Calibration switch
        {
            CalibrationMethod.MovingAverage => new ActivationRange(_meanMin, _meanMax),
            CalibrationMethod.Percentile => PercentileRange.Find(_histogram!, _options.Percentile),
            CalibrationMethod.Entropy => EntropyRange.Find(_histogram!),
            CalibrationMethod.L2 => L2Range.Find(_histogram!, _options.ActivationType),
            _ => new ActivationRange(Min, Max),
        };

        // If nearly all values are 0, the percentile may be 0.
        ActivationRange chosen = range.WithZero;
        return chosen.Max - chosen.Min > 0 ? chosen : new ActivationRange(Min, Max).WithZero;
    }
}
