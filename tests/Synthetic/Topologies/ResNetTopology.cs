using System.Runtime.InteropServices;
using Google.Protobuf;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Synthetic;

/// <summary>
/// Writes the graph of a ResNet, node by node. This class defines the layers; derived classes define their names and the conventions of a
/// framework's exporter.
/// </summary>
internal abstract class ResNetTopology
{
    // The scale of a residual branch, so that sums over fifty blocks stay small.
    private const double BranchGain = 0.25;

    // The standard deviation of the logits.
    private const double LogitDeviation = 2;

    private readonly WeightInitializer _weights;

    protected ResNetTopology(ResNetArchitecture architecture, WeightInitializer weights, OnnxModel model)
    {
        Architecture = architecture;
        _weights = weights;
        Model = model;
    }

    /// <summary>Gets the range of every value for the calibration images; empty if a caller provides the weights.</summary>
    public Dictionary<string, (float Minimum, float Maximum)> Ranges { get; } = [];

    protected ResNetArchitecture Architecture { get; }

    protected OnnxModel Model { get; }

    protected abstract string InputName { get; }

    protected abstract string OutputName { get; }

    /// <summary>Gets the batch dimension of input and output.</summary>
    protected virtual OnnxDimension Batch => "N";

    /// <summary>Gets the epsilon of BatchNormalization.</summary>
    protected virtual float Epsilon => 1e-5f;

    /// <summary>Gets a value indicating whether a bottleneck's 1x1 convolutions have a bias.</summary>
    protected virtual bool PointwiseBias => false;

    /// <summary>Gets a value indicating whether the file lists the shapes of intermediate values.</summary>
    protected virtual bool ListsShapes => false;

    /// <summary>Gets a value indicating whether the first layer normalizes the image.</summary>
    protected virtual bool NormalizesInput => false;

    /// <summary>Gets a value indicating whether the shortcut's nodes precede the body's.</summary>
    protected virtual bool ShortcutFirst => false;

    public OnnxModel Build()
    {
        CalibrationTensor? images = _weights.IsSeeded ? CalibrationTensor.CreateImages(Architecture.InputChannels, Architecture.InputSize)
            : null;
        Activation x = new(InputName, Architecture.InputChannels, Architecture.InputSize, images) { IsImage = true };
        Model.Graph.Inputs.Add(new OnnxValueInfo(InputName, OnnxElementType.Float, [Batch, x.Channels, x.Size, x.Size]));
        x = Stem(x);
        for (int stage = 1; stage <= Architecture.BlocksPerStage.Count; stage++)
        {
            for (int block = 0; block < Architecture.BlocksPerStage[stage - 1]; block++)
            {
                x = Architecture.Version == ResNetVersion.V2 ? PreActivationBlock(x, stage, block) : PostActivationBlock(x, stage, block);
            }
        }

        if (Architecture.Version == ResNetVersion.V2)
        {
            x = Rectify(new LayerPosition(0, 0, 2), Normalize(new LayerPosition(0, 0, 2), x));
        }

        Head(x);
        Model.Graph.Outputs.Add(new OnnxValueInfo(OutputName, OnnxElementType.Float, [Batch, Architecture.Classes]));
        Finish();
        return Model;
    }

    protected abstract string Convolution(LayerPosition position);

    protected abstract string ConvolutionWeight(LayerPosition position);

    protected virtual string ConvolutionBias(LayerPosition position) => throw new NotSupportedException();

    protected abstract string Norm(LayerPosition position);

    protected abstract string Norm(LayerPosition position, BatchNormParameter parameter);

    protected abstract string Relu(LayerPosition position);

    protected abstract string StemPool { get; }

    protected virtual string SumOperator => "Add";

    protected abstract string Sum(int stage, int block);

    /// <summary>Gets the name of the ReLU after a sum.</summary>
    protected abstract string SumRelu(int stage, int block);

    /// <summary>Writes the layers from the last feature map to the output.</summary>
    protected abstract void Head(Activation map);

    protected virtual void Finish()
    {
    }

    protected virtual OnnxNode CreateNode(string opType, IEnumerable<string> inputs, string output)
        => new(opType, inputs, [output], output);

    protected abstract void DescribeWindow(OnnxNode node, LayerPosition position, int kernel, int stride, int padding);

    protected abstract void DescribeNorm(OnnxNode node);

    protected Activation Emit(OnnxNode node, Activation output)
    {
        Model.Graph.Nodes.Add(node);
        if (ListsShapes && output.Name != OutputName)
        {
            OnnxDimension[] shape = output.IsFlat ? [Batch, output.Channels] : [Batch, output.Channels, output.Size, output.Size];
            Model.Graph.ValueInfos.Add(new OnnxValueInfo(output.Name, OnnxElementType.Float, shape));
        }

        if (output.Sample is not null)
        {
            Ranges.Add(output.Name, output.Sample.Range());
        }

        return output;
    }

    protected void EmitConstant(OnnxTensor tensor)
    {
        Model.Graph.Initializers.Add(tensor);

        // Required up to IR version 3.
        if (Model.IrVersion < 4)
        {
            Model.Graph.Inputs.Add(new OnnxValueInfo(tensor.Name, tensor.ElementType, [.. tensor.Shape.Select(OnnxDimension.FromInt64)]));
        }
    }

    /// <summary>Creates a constant with <c>int64_data</c> instead of raw data, like ONNX's helpers.</summary>
    protected static OnnxTensor Integers(string name, params ReadOnlySpan<long> values) => new(new TensorProto
    {
        Dims = { values.Length },
        DataType = (int)OnnxElementType.Int64,
        Int64Data = { values.ToArray() },
        Name = name,
    });

    protected Activation Rectify(LayerPosition position, Activation x) => Rectify(Relu(position), x);

    /// <summary>Writes the dense layer.</summary>
    protected Activation Dense(OnnxNode node, string weight, string bias, Activation features)
    {
        // Scaled and shifted so that logits are around zero and as far apart as a trained network's.
        double variance = features.Sample?.Moments().Variance.Sum() ?? 1;
        byte[] values = Parameter(weight, [Architecture.Classes, features.Channels], 0,
            LogitDeviation / Math.Sqrt(Math.Max(variance, 1e-6)));
        CalibrationTensor? logits = features.Sample?.Convolve(values, Architecture.Classes, 1, 1);
        double[]? mean = logits?.Moments().Mean;
        ReadOnlySpan<float> offset = MemoryMarshal.Cast<byte, float>(Parameter(bias, [Architecture.Classes], c => -mean![c]));
        logits?.Shift(offset);
        return Emit(node, new Activation(node.Outputs[0], Architecture.Classes, 1, logits));
    }

    private Activation Stem(Activation x)
    {
        bool preActivation = Architecture.Version == ResNetVersion.V2;
        if (NormalizesInput)
        {
            x = Normalize(new LayerPosition(0, 0, 0), x);
        }

        bool large = Architecture.Stem == ResNetStem.ImageNet;
        x = Convolve(new LayerPosition(0, 0, 0), x, Architecture.Width, large ? 7 : 3, large ? 2 : 1, false);

        // Pre-activation blocks activate their input themselves, so only the pooling needs an activation.
        if (large || !preActivation)
        {
            LayerPosition position = new(0, 0, preActivation ? 1 : 0);
            x = Rectify(position, Normalize(position, x));
        }

        if (large)
        {
            OnnxNode pool = CreateNode("MaxPool", [x.Name], StemPool);
            DescribeWindow(pool, default, 3, 2, 1);
            x = Emit(pool, new Activation(StemPool, x.Channels, Half(x.Size), x.Sample?.Maximum(3, 2)));
        }

        return x;
    }

    private Activation PostActivationBlock(Activation x, int stage, int block)
    {
        Activation? shortcut = ShortcutFirst ? Shortcut(x, x, stage, block) : null;
        Activation y = x;
        List<Layer> layers = Layers(stage, block);
        for (int i = 0; i < layers.Count; i++)
        {
            LayerPosition position = new(stage, block, i);
            bool last = i == layers.Count - 1;
            y = Normalize(position, Convolve(position, y, layers[i]), last ? BranchGain : 1);
            y = last ? y : Rectify(position, y);
        }

        shortcut ??= Shortcut(x, x, stage, block);
        return Rectify(SumRelu(stage, block), Add(stage, block, y, shortcut));
    }

    private Activation PreActivationBlock(Activation x, int stage, int block)
    {
        Activation? activated = null;
        Activation y = x;
        List<Layer> layers = Layers(stage, block);
        for (int i = 0; i < layers.Count; i++)
        {
            LayerPosition position = new(stage, block, i);
            y = Rectify(position, Normalize(position, y, i == layers.Count - 1 ? BranchGain : 1));
            activated ??= y;
            y = Convolve(position, y, layers[i]);
        }

        return Add(stage, block, y, Shortcut(x, activated!, stage, block));
    }

    private List<Layer> Layers(int stage, int block)
    {
        int stride = Stride(stage, block);
        int inner = Architecture.InnerChannels(stage - 1);
        int output = Architecture.OutputChannels(stage - 1);
        if (Architecture.Block == ResNetBlock.Basic)
        {
            return [new(output, 3, stride, false), new(output, 3, 1, false)];
        }

        bool early = Architecture.Version == ResNetVersion.V1;
        return
        [
            new(inner, 1, early ? stride : 1, PointwiseBias),
            new(inner, 3, early ? 1 : stride, false),
            new(output, 1, 1, PointwiseBias),
        ];
    }

    private static int Half(int size) => ((size - 1) / 2) + 1;

    private static int Stride(int stage, int block) => stage > 1 && block == 0 ? 2 : 1;

    private Activation Shortcut(Activation x, Activation activated, int stage, int block)
    {
        int stride = Stride(stage, block);
        int channels = Architecture.OutputChannels(stage - 1);
        if (stride == 1 && x.Channels == channels)
        {
            return x;
        }

        LayerPosition position = new(stage, block, LayerPosition.Shortcut);
        if (Architecture.Shortcut == ResNetShortcut.ZeroPadding)
        {
            return ZeroPad(x, position, channels, stride);
        }

        return Architecture.Version == ResNetVersion.V2
            ? Convolve(position, activated, channels, 1, stride, false)
            : Normalize(position, Convolve(position, x, channels, 1, stride, false));
    }

    private Activation ZeroPad(Activation x, LayerPosition position, int channels, int stride)
    {
        string name = Convolution(position);
        if (stride > 1)
        {
            // Max pooling with a 1x1 kernel takes every second pixel and exists in every opset.
            string kept = name + ".subsample";
            OnnxNode pool = CreateNode("MaxPool", [x.Name], kept);
            DescribeWindow(pool, position, 1, stride, 0);
            x = Emit(pool, new Activation(kept, x.Channels, Half(x.Size), x.Sample?.Maximum(1, stride)));
        }

        int added = channels - x.Channels;
        if (added == 0)
        {
            return x;
        }

        OnnxNode pad;
        long[] pads = [0, 0, 0, 0, 0, added, 0, 0];
        if (Architecture.Opset < 11)
        {
            pad = CreateNode("Pad", [x.Name], name);
            pad.Attributes.Set("pads", pads);
        }
        else
        {
            EmitConstant(Integers(name + ".pads", pads));
            pad = CreateNode("Pad", [x.Name, name + ".pads"], name);
        }

        return Emit(pad, new Activation(name, channels, x.Size, x.Sample?.Pad(channels)));
    }

    private Activation Convolve(LayerPosition position, Activation x, Layer layer)
        => Convolve(position, x, layer.Channels, layer.Kernel, layer.Stride, layer.Bias);

    private Activation Convolve(LayerPosition position, Activation x, int channels, int kernel, int stride, bool bias)
    {
        string output = Convolution(position);
        string weight = ConvolutionWeight(position);
        int padding = kernel / 2;

        // He et al. 2015, arXiv:1502.01852, equation 10: compensates for ReLU, which halves the second moment.
        double deviation = Math.Sqrt(2.0 / (x.Channels * kernel * kernel));
        byte[] values = Parameter(weight, [channels, x.Channels, kernel, kernel], 0, deviation);
        CalibrationTensor? sample = x.Sample?.Convolve(values, channels, kernel, stride);
        OnnxNode node;
        if (bias)
        {
            string biasName = ConvolutionBias(position);
            sample?.Shift(MemoryMarshal.Cast<byte, float>(Parameter(biasName, [channels], 0, 0.1)));
            node = CreateNode("Conv", [x.Name, weight, biasName], output);
        }
        else
        {
            node = CreateNode("Conv", [x.Name, weight], output);
        }

        DescribeWindow(node, position, kernel, stride, padding);
        return Emit(node, new Activation(output, channels, stride == 2 ? Half(x.Size) : x.Size, sample));
    }

    private Activation Normalize(LayerPosition position, Activation x, double gain = 1)
    {
        string output = Norm(position);
        string[] names = [.. Enum.GetValues<BatchNormParameter>().Select(p => Norm(position, p))];

        // The input image is normalized exactly.
        double jitter = x.IsImage ? 0 : 0.1 * gain;
        CalibrationTensor? sample = x.Sample?.Copy();
        (double[] Mean, double[] Variance)? moments = sample?.Moments();
        float[] scale = Floats(Parameter(names[0], [x.Channels], gain, jitter));
        float[] offset = Floats(Parameter(names[1], [x.Channels], 0, jitter));
        float[] mean = Floats(Parameter(names[2], [x.Channels], c => moments!.Value.Mean[c]));
        float[] variance = Floats(Parameter(names[3], [x.Channels], c => Math.Max(moments!.Value.Variance[c], 1e-3)));
        double[] factor = [.. scale.Select((s, c) => s / Math.Sqrt((double)variance[c] + Epsilon))];
        sample?.Scale(c => factor[c], c => offset[c] - (factor[c] * mean[c]));
        OnnxNode node = CreateNode("BatchNormalization", [x.Name, .. names], output);
        DescribeNorm(node);
        return Emit(node, new Activation(output, x.Channels, x.Size, sample));

        static float[] Floats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    private Activation Rectify(string output, Activation x)
        => Emit(CreateNode("Relu", [x.Name], output), new Activation(output, x.Channels, x.Size, x.Sample?.Rectify()));

    private Activation Add(int stage, int block, Activation body, Activation shortcut)
    {
        string output = Sum(stage, block);
        OnnxNode node = CreateNode(SumOperator, ShortcutFirst ? [shortcut.Name, body.Name] : [body.Name, shortcut.Name], output);
        return Emit(node, new Activation(output, body.Channels, body.Size, shortcut.Sample is null ? null
            : body.Sample?.Add(shortcut.Sample)));
    }

    private byte[] Parameter(string name, ReadOnlySpan<long> shape, double mean, double deviation)
        => Parameter(name, shape, _weights.Create(name, shape, mean, deviation));

    private byte[] Parameter(string name, ReadOnlySpan<long> shape, Func<int, double> value)
        => Parameter(name, shape, _weights.Create(name, shape, value));

    private byte[] Parameter(string name, ReadOnlySpan<long> shape, byte[] bytes)
    {
        EmitConstant(new OnnxTensor(new TensorProto
        {
            DataType = (int)OnnxElementType.Float,
            Dims = { shape.ToArray() },
            Name = name,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        }));
        return bytes;
    }

    private readonly record struct Layer(int Channels, int Kernel, int Stride, bool Bias);
}
