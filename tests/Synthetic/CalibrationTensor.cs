using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ResNet.Net.Synthetic;

/// <summary>
/// Represents an intermediate value for a few synthetic images, which run through the network while it is built. They determine BatchNorm
/// statistics, quantization ranges and the dense layer's scale, as training data would. Values are ordered by channel, image and pixel.
/// Sums have a fixed order and no fused operations, so every platform computes the same bits.
/// </summary>
internal sealed class CalibrationTensor
{
    private const int Images = 8;
    private const int MaxMap = 64;
    private const int ShapesPerImage = 6;
    private const int Chunk = 1024;

    private readonly float[] _values;
    private readonly int _channels;
    private readonly int _map;

    private CalibrationTensor(int channels, int map)
    {
        _channels = channels;
        _map = map;
        _values = new float[channels * Images * map * map];
    }

    private int PerChannel => Images * _map * _map;

    /// <summary>Creates images of overlapping discs (the dead leaves model), with mean 0 and variance 1 in every channel.</summary>
    public static CalibrationTensor CreateImages(int channels, int size)
    {
        CalibrationTensor images = new(channels, Math.Min(size, MaxMap));
        int map = images._map;
        ulong state = 1;
        double[] color = new double[channels];
        for (int image = 0; image < Images; image++)
        {
            // The images range from smooth to crowded.
            for (int shape = 0; shape < (image + 1) * ShapesPerImage; shape++)
            {
                // Radii are distributed as 1 / r^2, for scale invariance. The first disc covers the whole image.
                double radius = shape == 0 ? 4 * map : map / (2 + (30 * Next()));
                (double x, double y) = (Next() * map, Next() * map);
                (double gray, double slopeX, double slopeY) = (Next(), (Next() - 0.5) / map, (Next() - 0.5) / map);
                for (int c = 0; c < channels; c++)
                {
                    color[c] = gray + (0.35 * (Next() - 0.5));
                }

                for (int i = 0; i < map * map; i++)
                {
                    (double dx, double dy) = ((i % map) - x, (i / map) - y);
                    for (int c = 0; (dx * dx) + (dy * dy) < radius * radius && c < channels; c++)
                    {
                        images._values[(((c * Images) + image) * map * map) + i] = (float)(color[c] + (dx * slopeX) + (dy * slopeY));
                    }
                }
            }
        }

        (double[] mean, double[] variance) = images.Moments();
        images.Scale(c => 1 / Math.Sqrt(variance[c] + 1e-9), c => -mean[c] / Math.Sqrt(variance[c] + 1e-9));
        return images;

        double Next()
        {
            state = WeightInitializer.Mix(state);
            return (state >> 11) / (double)(1UL << 53);
        }
    }

    /// <summary>Computes the mean and variance per channel.</summary>
    public (double[] Mean, double[] Variance) Moments()
    {
        double[] mean = new double[_channels];
        double[] variance = new double[_channels];
        for (int c = 0; c < _channels; c++)
        {
            double sum = 0;
            double squares = 0;
            foreach (float value in Channel(c))
            {
                sum += value;
                squares += (double)value * value;
            }

            mean[c] = sum / PerChannel;
            variance[c] = Math.Max((squares / PerChannel) - (mean[c] * mean[c]), 0);
        }

        return (mean, variance);
    }

    public (float Minimum, float Maximum) Range() => (TensorPrimitives.Min<float>(_values), TensorPrimitives.Max<float>(_values));

    /// <summary>Computes a convolution with replicated edges. Only the stride changes the map's size.</summary>
    /// <param name="weights">The weights as bytes, [filters, channels, kernel, kernel].</param>
    /// <param name="filters">The channels of the result.</param>
    /// <param name="kernel">The height and width of the kernel; odd.</param>
    /// <param name="stride">The stride.</param>
    /// <returns>The result.</returns>
    public CalibrationTensor Convolve(byte[] weights, int filters, int kernel, int stride)
    {
        CalibrationTensor rows = kernel == 1 && stride == 1 ? this : Unfold(kernel, stride);
        CalibrationTensor result = new(filters, rows._map);
        _ = Parallel.For(0, filters, filter =>
        {
            ReadOnlySpan<float> factors = MemoryMarshal.Cast<byte, float>(weights).Slice(filter * rows._channels, rows._channels);
            for (int start = 0; start < result.PerChannel; start += Chunk)
            {
                int length = Math.Min(Chunk, result.PerChannel - start);
                Span<float> sums = result._values.AsSpan((filter * result.PerChannel) + start, length);
                for (int row = 0; row < factors.Length; row++)
                {
                    TensorPrimitives.MultiplyAdd(rows._values.AsSpan((row * rows.PerChannel) + start, length), factors[row], sums, sums);
                }
            }
        });
        return result;
    }

    /// <summary>Multiplies every channel by a factor and adds an offset, in place.</summary>
    public void Scale(Func<int, double> factor, Func<int, double> offset)
    {
        for (int c = 0; c < _channels; c++)
        {
            Span<float> channel = Channel(c);
            TensorPrimitives.Multiply(channel, (float)factor(c), channel);
            TensorPrimitives.Add(channel, (float)offset(c), channel);
        }
    }

    /// <summary>Adds a number to every channel, in place.</summary>
    public void Shift(ReadOnlySpan<float> offsets)
    {
        for (int c = 0; c < _channels; c++)
        {
            TensorPrimitives.Add(Channel(c), offsets[c], Channel(c));
        }
    }

    public CalibrationTensor Copy() => Pad(_channels);

    public CalibrationTensor Rectify()
    {
        CalibrationTensor result = new(_channels, _map);
        TensorPrimitives.Max(_values, 0f, result._values);
        return result;
    }

    public CalibrationTensor Add(CalibrationTensor other)
    {
        CalibrationTensor result = new(_channels, _map);
        TensorPrimitives.Add(_values, other._values, result._values);
        return result;
    }

    /// <summary>Computes the maximum of the window around every pixel that the stride keeps.</summary>
    public CalibrationTensor Maximum(int kernel, int stride)
    {
        CalibrationTensor rows = Unfold(kernel, stride);
        CalibrationTensor result = new(_channels, rows._map);
        int taps = kernel * kernel;
        for (int c = 0; c < _channels; c++)
        {
            rows.Channel(c * taps).CopyTo(result.Channel(c));
            for (int tap = 1; tap < taps; tap++)
            {
                TensorPrimitives.Max(result.Channel(c), rows.Channel((c * taps) + tap), result.Channel(c));
            }
        }

        return result;
    }

    /// <summary>Computes the mean of every image.</summary>
    public CalibrationTensor Average()
    {
        CalibrationTensor result = new(_channels, 1);
        int pixels = _map * _map;
        for (int i = 0; i < result._values.Length; i++)
        {
            double sum = 0;
            foreach (float value in _values.AsSpan(i * pixels, pixels))
            {
                sum += value;
            }

            result._values[i] = (float)(sum / pixels);
        }

        return result;
    }

    /// <summary>Appends channels of zeros.</summary>
    public CalibrationTensor Pad(int channels)
    {
        CalibrationTensor result = new(channels, _map);
        _values.CopyTo(result._values, 0);
        return result;
    }

    /// <summary>Creates one channel per input channel and kernel position, with the value under that position (im2col).</summary>
    private CalibrationTensor Unfold(int kernel, int stride)
    {
        int padding = kernel / 2;
        int taps = kernel * kernel;
        CalibrationTensor result = new(_channels * taps, ((_map - 1) / stride) + 1);
        for (int row = 0; row < result._channels; row++)
        {
            (int channel, int tapY, int tapX) = (row / taps, row % taps / kernel, row % kernel);
            Span<float> target = result.Channel(row);
            int next = 0;
            for (int image = 0; image < Images; image++)
            {
                ReadOnlySpan<float> source = _values.AsSpan(((channel * Images) + image) * _map * _map, _map * _map);
                for (int y = 0; y < result._map; y++)
                {
                    int line = Math.Clamp((y * stride) + tapY - padding, 0, _map - 1) * _map;
                    for (int x = 0; x < result._map; x++)
                    {
                        target[next++] = source[line + Math.Clamp((x * stride) + tapX - padding, 0, _map - 1)];
                    }
                }
            }
        }

        return result;
    }

    private Span<float> Channel(int channel) => _values.AsSpan(channel * PerChannel, PerChannel);
}
