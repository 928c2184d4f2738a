using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>
/// A value for a few made-up pictures, run through the network while it is built: BatchNorm statistics, ranges for quantization and the dense
/// layer's scale are those of these pictures, as training would have recorded them. Values lie by channel, then picture, then pixel.
/// Sums are in a fixed order and nothing is fused, so that every platform gives the same bits.
/// </summary>
internal sealed class SampleMap
{
    private const int Pictures = 8;
    private const int LargestMap = 64;
    private const int ShapesPerPicture = 48;
    private const int Chunk = 1024;

    private readonly float[] _values;
    private readonly int _channels;
    private readonly int _map;

    private SampleMap(int channels, int map)
    {
        _channels = channels;
        _map = map;
        _values = new float[channels * Pictures * map * map];
    }

    private int PerChannel => Pictures * _map * _map;

    /// <summary>Pictures of overlapping discs ("dead leaves", whose statistics are like photos'), of mean 0 and variance 1 in every channel.</summary>
    public static SampleMap CreatePictures(int channels, int size)
    {
        SampleMap pictures = new(channels, Math.Min(size, LargestMap));
        int map = pictures._map;
        ulong state = 1;
        double[] colour = new double[channels];
        for (int picture = 0; picture < Pictures; picture++)
        {
            for (int shape = 0; shape < ShapesPerPicture; shape++)
            {
                // Radii as 1 / r^2, so that a picture looks the same at every scale; the first shape covers all.
                double radius = shape == 0 ? 4 * map : map / (2 + (30 * Next()));
                (double x, double y) = (Next() * map, Next() * map);
                (double grey, double slopeX, double slopeY) = (Next(), (Next() - 0.5) / map, (Next() - 0.5) / map);
                for (int c = 0; c < channels; c++)
                {
                    colour[c] = grey + (0.35 * (Next() - 0.5));
                }

                for (int i = 0; i < map * map; i++)
                {
                    (double dx, double dy) = ((i % map) - x, (i / map) - y);
                    for (int c = 0; (dx * dx) + (dy * dy) < radius * radius && c < channels; c++)
                    {
                        pictures._values[(((c * Pictures) + picture) * map * map) + i] = (float)(colour[c] + (dx * slopeX) + (dy * slopeY));
                    }
                }
            }
        }

        (double[] mean, double[] variance) = pictures.Moments();
        pictures.Scale(c => 1 / Math.Sqrt(variance[c] + 1e-9), c => -mean[c] / Math.Sqrt(variance[c] + 1e-9));
        return pictures;

        double Next()
        {
            state = WeightInitializer.Mix(state);
            return (state >> 11) / (double)(1UL << 53);
        }
    }

    /// <summary>Mean and variance by channel.</summary>
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

    /// <summary>A convolution that keeps the map's size, but for its stride; beyond the edge, the edge is repeated.</summary>
    /// <param name="weights">The weights as bytes, [filters, channels, kernel, kernel].</param>
    /// <param name="filters">The channels of the result.</param>
    /// <param name="kernel">Height and width of the kernel, odd.</param>
    /// <param name="stride">The stride.</param>
    /// <returns>The result.</returns>
    public SampleMap Convolve(byte[] weights, int filters, int kernel, int stride)
    {
        SampleMap rows = kernel == 1 && stride == 1 ? this : Unfold(kernel, stride);
        SampleMap result = new(filters, rows._map);
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

    /// <summary>Every channel times a factor, plus an offset, in place.</summary>
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

    public SampleMap Copy() => Pad(_channels);

    public SampleMap Rectify()
    {
        SampleMap result = new(_channels, _map);
        TensorPrimitives.Max(_values, 0f, result._values);
        return result;
    }

    public SampleMap Add(SampleMap other)
    {
        SampleMap result = new(_channels, _map);
        TensorPrimitives.Add(_values, other._values, result._values);
        return result;
    }

    /// <summary>The largest value of a window around every pixel that the stride keeps.</summary>
    public SampleMap Maximum(int kernel, int stride)
    {
        SampleMap rows = Unfold(kernel, stride);
        SampleMap result = new(_channels, rows._map);
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

    /// <summary>Every picture's mean.</summary>
    public SampleMap Average()
    {
        SampleMap result = new(_channels, 1);
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

    /// <summary>With further channels, of zeros.</summary>
    public SampleMap Pad(int channels)
    {
        SampleMap result = new(channels, _map);
        _values.CopyTo(result._values, 0);
        return result;
    }

    /// <summary>A channel for every position of the kernel: what it sees at each pixel that the stride keeps.</summary>
    private SampleMap Unfold(int kernel, int stride)
    {
        int padding = kernel / 2;
        int taps = kernel * kernel;
        SampleMap result = new(_channels * taps, ((_map - 1) / stride) + 1);
        for (int row = 0; row < result._channels; row++)
        {
            (int channel, int tapY, int tapX) = (row / taps, row % taps / kernel, row % kernel);
            Span<float> target = result.Channel(row);
            int next = 0;
            for (int picture = 0; picture < Pictures; picture++)
            {
                ReadOnlySpan<float> source = _values.AsSpan(((channel * Pictures) + picture) * _map * _map, _map * _map);
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
