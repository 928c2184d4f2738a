using System.Runtime.InteropServices;
using System.Text;

namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>
/// Random values by seed and tensor name, so that a tensor is the same in whatever order a network is built.
/// The numbers are sums of four uniform ones, scaled: close to normal within 3.4 deviations, and, made of integers, the same bits on every platform.
/// </summary>
internal sealed class WeightInitializer
{
    // The deviation of a sum of four integers of 0 to 65535.
    private const double SumDeviation = 37837.22746;

    private readonly ulong _seed;
    private readonly ResNetWeightsCallback? _given;

    public WeightInitializer(int seed) => _seed = unchecked((ulong)seed);

    public WeightInitializer(ResNetWeightsCallback given) => _given = given;

    /// <summary>Whether values are made here; otherwise a caller gives them.</summary>
    public bool IsSeeded => _given is null;

    /// <summary>A tensor's values as bytes: random ones of a mean and a deviation, or the caller's.</summary>
    public byte[] Create(string name, ReadOnlySpan<long> dims, double mean, double deviation)
    {
        byte[] bytes = Allocate(dims, out Span<float> values);
        if (_given is not null)
        {
            _given(name, dims, values);
        }
        else
        {
            Fill(name, values, mean, deviation);
        }

        return bytes;
    }

    /// <summary>A tensor's values as bytes: those that a function gives, or the caller's.</summary>
    public byte[] Create(string name, ReadOnlySpan<long> dims, Func<int, double> value)
    {
        byte[] bytes = Allocate(dims, out Span<float> values);
        if (_given is not null)
        {
            _given(name, dims, values);
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

    /// <summary>The output function of SplitMix64 (Steele, Lea and Flood 2014).</summary>
    public static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static byte[] Allocate(ReadOnlySpan<long> dims, out Span<float> values)
    {
        long length = sizeof(float);
        foreach (long dim in dims)
        {
            length = checked(length * dim);
        }

        // One message, and so one model, has no more.
        byte[] bytes = length <= int.MaxValue
            ? new byte[length]
            : throw new ArgumentException($"A tensor of shape {TensorData.Format(dims.ToArray())} has {length} bytes, but a model file has 2 GiB at most. Choose a smaller width or fewer classes.");
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
