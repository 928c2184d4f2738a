namespace ResNet.Net.Quantization;

/// <summary>How the range of an activation is chosen from what calibration pictures make of it. All stream over the pictures in constant memory.</summary>
public enum CalibrationMethod
{
    /// <summary>From the smallest to the largest value: nothing is clipped.</summary>
    MinMax,

    /// <summary>The mean of each picture's smallest and largest value: a plain mean at first, then an exponential one (<see cref="QuantizationOptions.MovingAverageWeight"/>).</summary>
    MovingAverage,

    /// <summary>What holds a share of all values (<see cref="QuantizationOptions.Percentile"/>).</summary>
    Percentile,

    /// <summary>The clipping whose distribution loses the least information: the smallest Kullback-Leibler divergence between the histogram and its quantized form (Migacz, GTC 2017).</summary>
    Entropy,

    /// <summary>The clipping with the least squared quantization error over the histogram, as Caffe2's int8 ResNet-50 was made.</summary>
    L2,
}
