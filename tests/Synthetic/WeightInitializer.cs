using System.Runtime.InteropServices;
using System.Text;

namespace ResNet.Net.Synthetic;

/// <summary>
/// Creates random values from a seed and the tensor's name, so a tensor doesn't depend on the order in which a network is built. Each value
/// is a scaled sum of four uniform integers: close to normal within 3.4 deviations, and identical on every platform.
/// </summary>
internal sealed class WeightInitializer
{
    // The standard deviation of a sum of four integers from 0 to 65535.
    private const double SumDeviation = 37837.22746;

    private readonly ulong _seed;
    private readonly ResNetWeightsCallback? _callback;

    public WeightInitializer(int seed) => _seed = unchecked((ulong)seed);

    public WeightInitializer(ResNetWeightsCallback callback) => _callback = callback;

    /// <summary>Gets a value indicating whether the values are random; otherwise the caller provides them.</summary>
    public bool IsSeeded => _callback is null;

    /// <summary>Creates a tensor's values as bytes: random ones, or the caller's.</summary>
    public byte[] Create(string name, ReadOnlySpan<long> shape, double mean, double deviation)
    {
        byte[] bytes = Allocate(shape, out Span<float> values);
        if (_callback is not null)
        {
            _callback(name, shape, values);
        }
        else
        {
            Fill(name, values, mean, deviation);
        }

        return bytes;
    }

    /// <summary>Creates a tensor's values as bytes: those of a function, or the caller's.</summary>
    public byte[] Create(string name, ReadOnlySpan<long> shape, Func<int, double> value)
    {
        byte[] bytes = Allocate(shape, out Span<float> values);
        if (_callback is not null)
        {
            _callback(name, shape, values);
        }
        else
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)value(i);
            }
        }

        return bytes;
    }

    /// <summary>Computes the output function of SplitMix64 (Steele, Lea and Flood 2014).</summary>
    public static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static byte[] Allocate(ReadOnlySpan<long> shape, out Span<float> values)
    {
        long length = sizeof(float);
        foreach (long dimension in shape)
        {
            length = checked(length * dimension);
        }

        byte[] bytes = length <= int.MaxValue
            ? new byte[length]
            : throw new ArgumentException(
                $"A tensor of shape {TensorData.Format(shape.ToArray())} has {length} bytes, but an ONNX file is limited to 2 GiB. "
                + "Choose a smaller width or fewer classes.");
        values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        return bytes;
    }

    private void Fill(string name, Span<float> values, double mean, double deviation)
    {
        ulong key = Mix(_seed ^ Hash(name));
        double scale = deviation / SumDeviation;
        for (int i = 0; i < values.Length; i++)
        {
            ulong bits = Mix(key + ((ulong)i * 0x9E3779B97F4A7C15));
            int sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF) + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48) - (2 * 0xFFFF);
            values[i] = (float)(mean + (sum * scale));
        }
    }

    // FNV-1a.
    private static ulong Hash(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ b) * 0x100000001B3;
        }

        return hash;
    }
}
