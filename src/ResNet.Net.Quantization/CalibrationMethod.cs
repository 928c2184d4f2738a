namespace ResNet.Net.Quantization;

/// <summary>Specifies how the range of an activation is derived from the calibration images. All methods use constant memory.</summary>
public enum CalibrationMethod
{
    /// <summary>From the smallest to the largest value. Nothing is clipped.</summary>
    MinMax,

    /// <summary>
    /// The mean over the images of their smallest and largest values: first the arithmetic mean, then an exponential one
    /// (<see cref="QuantizationOptions.MovingAverageWeight"/>).
    /// </summary>
    MovingAverage,

    /// <summary>The range that holds a given percentage of all values (<see cref="QuantizationOptions.Percentile"/>).</summary>
    Percentile,

    /// <summary>
    /// The clipping that loses the least information: the smallest Kullback-Leibler divergence between the histogram and its quantized form
    /// (Migacz, GTC 2017).
    /// </summary>
    Entropy,

    /// <summary>The clipping with the least squared quantization error over the histogram, used for Caffe2's int8 ResNet-50.</summary>
    L2,
}
