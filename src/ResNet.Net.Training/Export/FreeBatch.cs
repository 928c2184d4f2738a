using ResNet.Net.Onnx;

namespace ResNet.Net.Training;

/// <summary>Makes the batch size of a graph variable if it is fixed and the graph computes the same for other sizes.</summary>
internal static class FreeBatch
{
    private const string BatchName = "N";

    // Kernels for other batch sizes add in another order.
    private const float Tolerance = 1e-3f;

    /// <summary>Returns the graph with a variable batch size, or the graph itself.</summary>
    /// <param name="model">A graph from <c>[N, 3, H, W]</c> to <c>[N, features]</c>.</param>
    /// <param name="profile">The profile that produces the input.</param>
    /// <param name="settings">The settings with which trial runs are made.</param>
    public static OnnxModel Apply(OnnxModel model, PreprocessingProfile profile, SessionSettings settings)
    {
        OnnxValueInfo input = model.Graph.FeedInputs.First();
        if (input.Shape is not [{ Value: long batch }, _, _, _] || batch is < 1 or > int.MaxValue)
        {
            return model;
        }

        OnnxModel free = model.Clone();
        Free(free.Graph.FeedInputs.First());
        Free(free.Graph.Outputs[0]);
        return IsSame(model, free, (int)batch, profile, settings) ? free : model;
    }

    private static void Free(OnnxValueInfo value)
        => value.Shape = value.Shape is { Count: > 0 } shape ? [BatchName, .. shape.Skip(1)] : value.Shape;

    // The free graph gets one image more; each window of fixed size must have the same features.
    private static bool IsSame(OnnxModel model, OnnxModel free, int batch, PreprocessingProfile profile, SessionSettings settings)
    {
        float[] images = RandomInputs(batch + 1, profile);
        try
        {
            float[]? all = Run(free, images, batch + 1, profile, settings);
            float[]? first = Run(model, images, batch, profile, settings);
            float[]? last = Run(model, images.AsSpan(images.Length / (batch + 1)).ToArray(), batch, profile, settings);
            if (all is null || first is null || last is null)
            {
                return false;
            }

            int dimension = first.Length / batch;
            return all.Length == (batch + 1) * dimension
                && AreClose(all.AsSpan(0, first.Length), first)
                && AreClose(all.AsSpan(dimension), last);
        }
        catch (ResNetException)
        {
            return false;
        }
    }

    private static float[] RandomInputs(int count, PreprocessingProfile profile)
    {
        Random random = new(1);
        int plane = profile.Crop.Width * profile.Crop.Height;
        float range = profile.Range == ValueRange.ZeroToOne ? 1 : byte.MaxValue;
        float[] values = new float[count * 3 * plane];
        for (int i = 0; i < values.Length; i++)
        {
            int channel = i / plane % 3;
            values[i] = ((random.NextSingle() * range) - profile.Mean[channel]) / profile.Std[channel];
        }

        return values;
    }

    /// <summary>Runs a graph; returns null if its output is not <c>[count, features]</c>.</summary>
    private static float[]? Run(OnnxModel model, float[] images, int count, PreprocessingProfile profile, SessionSettings settings)
    {
        using OrtSession session = OrtSession.FromMemory(model.ToArray(), model.Graph.Name, settings);
        using AlignedBuffer buffer = new(images.Length);
        images.CopyTo(buffer.Span);
        using Microsoft.ML.OnnxRuntime.OrtValue tensor
            = buffer.CreateTensor([count, 3, profile.Crop.Height, profile.Crop.Width]);
        (float[] values, long[] shape) = session.RunToArray(
            [new NamedTensor(session.Inputs[0].Name, tensor)], model.Graph.Outputs[0].Name);
        return shape.Length == 2 && shape[0] == count ? values : null;
    }

    private static bool AreClose(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        float largest = 1;
        foreach (float value in expected)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= Tolerance * largest))
            {
                return false;
            }
        }

        return true;
    }
}
