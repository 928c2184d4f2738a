using System.Runtime.InteropServices;

namespace ResNet.Net.Onnx;

/// <summary>Represents int8 weights: the names of the initializers, and one scale or one per output channel.</summary>
internal sealed record QuantizedWeights(string Name, string ScaleName, string ZeroPointName, float[] Scales)
{
    public bool IsPerChannel => Scales.Length > 1;
}

/// <summary>Represents an int32 bias: the name of the initializer, and its scales (input scale times weight scale).</summary>
internal sealed record QuantizedBias(string Name, float[] Scales);

/// <summary>Writes filled blobs as initializers, with channels first.</summary>
/// <param name="graph">The graph.</param>
/// <param name="budget">The largest number of bytes of all initializers, so a small file can't require much memory.</param>
internal sealed class WeightWriter(ImportedGraph graph, long budget)
{
    // The names of the initializers that hold a blob in a layout.
    private readonly Dictionary<(FilledBlob Blob, int Area, int Rank), string> _floats = [];
    private readonly Dictionary<(FilledBlob Blob, int Area, int Rank, bool IsPerChannel), QuantizedWeights> _quantized = [];

    /// <summary>Writes float values.</summary>
    /// <param name="user">The operator that reads them.</param>
    /// <param name="blob">The values, in rows (one per output channel).</param>
    /// <param name="shape">The shape of the initializer.</param>
    /// <param name="area">The number of pixels that precede the channels in a row; 1 if nothing must be transposed.</param>
    /// <returns>The name of the initializer.</returns>
    public string Floats(OperatorReader user, FilledBlob blob, long[] shape, int area = 1)
    {
        if (!_floats.TryGetValue((blob, area, shape.Length), out string? name))
        {
            ReadOnlySpan<float> values = FloatsOf(user, blob);
            if (area > 1)
            {
                Reserve(user, values.Length * 4L);
                values = ChannelsFirst(values, (int)shape[0], area);
            }

            name = graph.Unique(blob.Name);
            Add<float>(user, name, shape, values);
            _floats.Add((blob, area, shape.Length), name);
        }

        return name;
    }

    /// <summary>Writes int8 weights. Float weights are quantized without a zero point.</summary>
    /// <param name="user">The operator that reads them.</param>
    /// <param name="blob">The weights, in rows (one per output channel).</param>
    /// <param name="shape">The shape of the initializer.</param>
    /// <param name="area">The number of pixels that precede the channels in a row; 1 if nothing must be transposed.</param>
    /// <param name="isPerChannel">Whether float weights get a scale per output channel.</param>
    public QuantizedWeights Int8(OperatorReader user, FilledBlob blob, long[] shape, int area, bool isPerChannel)
    {
        if (!_quantized.TryGetValue((blob, area, shape.Length, isPerChannel), out QuantizedWeights? weights))
        {
            weights = CreateInt8(user, blob, shape, area, isPerChannel);
            _quantized.Add((blob, area, shape.Length, isPerChannel), weights);
        }

        return weights;
    }

    /// <summary>Writes a bias in units of input scale times weight scale.</summary>
    public QuantizedBias Bias(OperatorReader user, FilledBlob blob, float inputScale, QuantizedWeights weights, long channels)
    {
        RequireLength(user, blob, channels);
        float[] scales = [.. weights.Scales.Select(s => inputScale * s)];
        Reserve(user, channels * 4);
        int[] values = new int[channels];
        if (blob.Ints is ReadOnlyMemory<long> ints)
        {
            if (blob.ZeroPoint != 0)
            {
                throw user.Error($"the zero point of the bias '{blob.Name}' is {blob.ZeroPoint} instead of 0");
            }

            // Caffe2 demands equal scales and then uses the integers as they are.
            bool isExact = scales.All(s => Math.Abs(blob.Scale - s) <= 1e-3f * s);
            if (!isExact)
            {
                graph.Warn(FormattableString.Invariant(
                    $"{user}: the bias '{blob.Name}' has the scale {blob.Scale}, but input scale times weight scale is {scales[0]}. ")
                    + "The bias is rescaled.");
            }

            for (int i = 0; i < values.Length; i++)
            {
                double value = ints.Span[i];
                values[i] = ToInt32(user, blob, isExact ? value : value * blob.Scale / scales[i % scales.Length]);
            }
        }
        else
        {
            ReadOnlySpan<float> floats = FloatsOf(user, blob);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = ToInt32(user, blob, floats[i] / scales[i % scales.Length]);
            }
        }

        string name = graph.Unique(blob.Name);
        Add<int>(user, name, [channels], values);
        return new QuantizedBias(name, scales);
    }

    public static void RequireLength(OperatorReader user, FilledBlob blob, long length)
    {
        if (blob.Length != length)
        {
            throw user.Error($"the blob '{blob.Name}' of shape {TensorData.Format(blob.Shape)} must have {length} values");
        }
    }

    /// <summary>Transposes rows of [area, channels] to rows of [channels, area].</summary>
    private static T[] ChannelsFirst<T>(ReadOnlySpan<T> values, int rows, int area)
    {
        T[] transposed = new T[values.Length];
        int length = values.Length / rows;
        int channels = length / area;
        for (int start = 0; start < values.Length; start += length)
        {
            for (int pixel = 0; pixel < area; pixel++)
            {
                int from = start + (pixel * channels);
                for (int channel = 0; channel < channels; channel++)
                {
                    transposed[start + (channel * area) + pixel] = values[from + channel];
                }
            }
        }

        return transposed;
    }

    private QuantizedWeights CreateInt8(OperatorReader user, FilledBlob blob, long[] shape, int area, bool isPerChannel)
    {
        int rows = (int)shape[0];
        string name = graph.Unique(blob.Name);
        Reserve(user, blob.Length * 2);
        if (blob.Bytes is ReadOnlyMemory<byte> bytes)
        {
            // uint8 with zero point z is int8 with zero point z - 128.
            byte[] values = area > 1 ? ChannelsFirst(bytes.Span, rows, area) : bytes.ToArray();
            for (int i = 0; i < values.Length; i++)
            {
                values[i] ^= 0x80;
            }

            Add<sbyte>(user, name, shape, MemoryMarshal.Cast<byte, sbyte>(values));
            return Describe(name, [blob.Scale], (sbyte)(blob.ZeroPoint - 128));
        }

        ReadOnlySpan<float> floats = FloatsOf(user, blob);
        floats = area > 1 ? ChannelsFirst(floats, rows, area) : floats;
        int slices = isPerChannel ? rows : 1;
        int length = floats.Length / slices;
        float[] scales = new float[slices];
        sbyte[] rounded = new sbyte[floats.Length];
        for (int slice = 0; slice < slices; slice++)
        {
            float largest = 0;
            foreach (float value in floats.Slice(slice * length, length))
            {
                largest = float.IsFinite(value) ? Math.Max(largest, Math.Abs(value))
                    : throw user.Error($"the weights '{blob.Name}' contain a value that is not finite");
            }

            float scale = Math.Max(largest / sbyte.MaxValue, 1e-30f);
            scales[slice] = scale;
            for (int i = slice * length; i < (slice + 1) * length; i++)
            {
                rounded[i] = (sbyte)MathF.Round(floats[i] / scale);
            }
        }

        graph.Warn($"{user}: the weights '{blob.Name}' are floats. They are quantized with symmetric ranges, so values can differ from "
            + "Caffe2's by a few steps.");
        Add<sbyte>(user, name, shape, rounded);
        return Describe(name, scales, 0);
    }

    private QuantizedWeights Describe(string name, float[] scales, sbyte zeroPoint)
    {
        long[] shape = scales.Length == 1 ? [] : [scales.Length];
        sbyte[] zeroPoints = new sbyte[scales.Length];
        Array.Fill(zeroPoints, zeroPoint);
        return new QuantizedWeights(
            name, graph.Constant<float>($"{name}_scale", shape, scales), graph.Constant<sbyte>($"{name}_zero_point", shape, zeroPoints),
            scales);
    }

    private ReadOnlySpan<float> FloatsOf(OperatorReader user, FilledBlob blob)
    {
        if (blob.Floats is ReadOnlyMemory<float> floats)
        {
            return floats.Span;
        }

        if (blob.Constant is not float constant)
        {
            throw user.Error($"the blob '{blob.Name}' must be filled with floats, but {blob.Source.Type} fills it. "
                + "Save the network with GivenTensorFill");
        }

        Reserve(user, blob.Length * 4);
        float[] values = new float[blob.Length];
        Array.Fill(values, constant);
        return values;
    }

    private void Add<T>(OperatorReader user, string name, long[] shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        Reserve(user, MemoryMarshal.AsBytes(values).Length);
        graph.Model.Graph.Initializers.Add(OnnxTensor.Create(name, shape, values));
    }

    private void Reserve(OperatorReader user, long bytes)
    {
        budget -= bytes;
        if (bytes < 0 || budget < 0)
        {
            throw user.Error("the weights would take far more memory than the files. The files are damaged or do not contain a classifier");
        }
    }

    private static int ToInt32(OperatorReader user, FilledBlob blob, double value)
    {
        double rounded = Math.Round(value, MidpointRounding.ToEven);
        return rounded is >= int.MinValue and <= int.MaxValue
            ? (int)rounded
            : throw user.Error(FormattableString.Invariant($"the bias '{blob.Name}' contains {value}, which does not fit into 32 bits"));
    }
}
