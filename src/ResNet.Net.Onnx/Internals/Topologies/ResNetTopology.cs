using System.Runtime.InteropServices;
using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>
/// Writes the graph of a ResNet, node by node: which layers there are is said here once, what they are called and how a
/// framework writes them is a matter of the classes derived.
/// </summary>
internal abstract class ResNetTopology
{
    // Of a residual branch, so that sums over fifty blocks stay small.
    private const double BranchGain = 0.5;

    // What classes' logits differ by.
    private const double LogitDeviation = 2.5;

    private readonly WeightInitializer _weights;

    protected ResNetTopology(ResNetArchitecture architecture, WeightInitializer weights, OnnxModel model)
    {
        Architecture = architecture;
        _weights = weights;
        Model = model;
    }

    /// <summary>What every value was for the pictures that the network is calibrated on, by its name; none where a caller gives the weights.</summary>
    public Dictionary<string, (float Minimum, float Maximum)> Ranges { get; } = [];

    protected ResNetArchitecture Architecture { get; }

    protected OnnxModel Model { get; }

    protected abstract string InputName { get; }

    protected abstract string OutputName { get; }

    /// <summary>The batch dimension of input and output.</summary>
    protected virtual OnnxDimension Batch => "N";

    /// <summary>What batch normalisations add to a variance.</summary>
    protected virtual float Epsilon => 1e-5f;

    /// <summary>Whether the weights are a framework's, that gives the body's 1x1 convolutions of a bottleneck a bias.</summary>
    protected virtual bool PointwiseBias => false;

    /// <summary>Whether the file says what shape every value has.</summary>
    protected virtual bool ListsShapes => false;

    /// <summary>Whether the picture itself is normalised first.</summary>
    protected virtual bool NormalizesInput => false;

    /// <summary>Whether the shortcut's nodes stand before the body's.</summary>
    protected virtual bool ShortcutFirst => false;

    public OnnxModel Build()
    {
        SampleMap? pictures = _weights.IsSeeded ? SampleMap.CreatePictures(Architecture.InputChannels, Architecture.InputSize) : null;
        Activation x = new(InputName, Architecture.InputChannels, Architecture.InputSize, pictures) { IsPicture = true };
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
            x = Rectify(new Place(0, 0, 2), Normalize(new Place(0, 0, 2), x));
        }

        Head(x);
        Model.Graph.Outputs.Add(new OnnxValueInfo(OutputName, OnnxElementType.Float, [Batch, Architecture.Classes]));
        Finish();
        return Model;
    }

    protected abstract string Convolution(Place place);

    protected abstract string ConvolutionWeight(Place place);

    protected virtual string ConvolutionBias(Place place) => throw new NotSupportedException();

    protected abstract string Norm(Place place);

    protected abstract string Norm(Place place, NormParameter parameter);

    protected abstract string Relu(Place place);

    protected abstract string StemPool { get; }

    protected virtual string SumOperator => "Add";

    protected abstract string Sum(int stage, int block);

    /// <summary>The ReLU after a sum.</summary>
    protected abstract string SumRelu(int stage, int block);

    /// <summary>From the last map to the output.</summary>
    protected abstract void Head(Activation map);

    protected virtual void Finish()
    {
    }

    protected virtual OnnxNode CreateNode(string opType, IEnumerable<string> inputs, string output) => new(opType, inputs, [output], output);

    protected abstract void DescribeWindow(OnnxNode node, Place place, int kernel, int stride, int padding);

    protected abstract void DescribeNorm(OnnxNode node);

    protected Activation Emit(OnnxNode node, Activation output)
    {
        Model.Graph.Nodes.Add(node);
        if (ListsShapes && output.Name != OutputName)
        {
            Model.Graph.ValueInfos.Add(new OnnxValueInfo(output.Name, OnnxElementType.Float, output.IsFlat ? [Batch, output.Channels] : [Batch, output.Channels, output.Size, output.Size]));
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

        // IR version 3 and older demand it.
        if (Model.IrVersion < 4)
        {
            Model.Graph.Inputs.Add(new OnnxValueInfo(tensor.Name, tensor.ElementType, [.. tensor.Dims.Select(OnnxDimension.FromInt64)]));
        }
    }

    /// <summary>A constant of integers in the list of the message that the specification has for them, as ONNX's helpers write it.</summary>
    protected static OnnxTensor Integers(string name, params ReadOnlySpan<long> values) => new(new TensorProto
    {
        Dims = { values.Length },
        DataType = (int)OnnxElementType.Int64,
        Int64Data = { values.ToArray() },
        Name = name,
    });

    protected Activation Rectify(Place place, Activation x) => Rectify(Relu(place), x);

    /// <summary>The weights and the bias of the dense layer.</summary>
    protected Activation Dense(OnnxNode node, string weight, string bias, Activation features)
    {
        // So scaled and shifted that logits are as far apart as a trained network's, around zero.
        double variance = features.Sample?.Moments().Variance.Sum() ?? 1;
        byte[] values = Parameter(weight, [Architecture.Classes, features.Channels], 0, LogitDeviation / Math.Sqrt(Math.Max(variance, 1e-6)));
        SampleMap? logits = features.Sample?.Convolve(values, Architecture.Classes, 1, 1);
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
            x = Normalize(new Place(0, 0, 0), x);
        }

        bool large = Architecture.Stem == ResNetStem.ImageNet;
        x = Convolve(new Place(0, 0, 0), x, Architecture.Width, large ? 7 : 3, large ? 2 : 1, false);

        // Before pre-activation blocks, only the pooling needs an activation.
        if (large || !preActivation)
        {
            Place place = new(0, 0, preActivation ? 1 : 0);
            x = Rectify(place, Normalize(place, x));
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
            Place place = new(stage, block, i);
            bool last = i == layers.Count - 1;
            y = Normalize(place, Convolve(place, y, layers[i]), last ? BranchGain : 1);
            y = last ? y : Rectify(place, y);
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
            Place place = new(stage, block, i);
            y = Rectify(place, Normalize(place, y, i == layers.Count - 1 ? BranchGain : 1));
            activated ??= y;
            y = Convolve(place, y, layers[i]);
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
        return [new(inner, 1, early ? stride : 1, PointwiseBias), new(inner, 3, early ? 1 : stride, false), new(output, 1, 1, PointwiseBias)];
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

        Place place = new(stage, block, Place.Shortcut);
        if (Architecture.Shortcut == ResNetShortcut.ZeroPadding)
        {
            return ZeroPad(x, place, channels, stride);
        }

        return Architecture.Version == ResNetVersion.V2
            ? Convolve(place, activated, channels, 1, stride, false)
            : Normalize(place, Convolve(place, x, channels, 1, stride, false));
    }

    private Activation ZeroPad(Activation x, Place place, int channels, int stride)
    {
        string name = Convolution(place);
        if (stride > 1)
        {
            // The largest of one: every second pixel, in every opset.
            string kept = name + ".subsample";
            OnnxNode pool = CreateNode("MaxPool", [x.Name], kept);
            DescribeWindow(pool, place, 1, stride, 0);
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

    private Activation Convolve(Place place, Activation x, Layer layer) => Convolve(place, x, layer.Channels, layer.Kernel, layer.Stride, layer.Bias);

    private Activation Convolve(Place place, Activation x, int channels, int kernel, int stride, bool bias)
    {
        string output = Convolution(place);
        string weight = ConvolutionWeight(place);
        int padding = kernel / 2;

        // He et al. 2015, arXiv:1502.01852, equation 10, by fan-in: ReLUs halve the second moment, which this makes good.
        double deviation = Math.Sqrt(2.0 / (x.Channels * kernel * kernel));
        byte[] values = Parameter(weight, [channels, x.Channels, kernel, kernel], 0, deviation);
        SampleMap? sample = x.Sample?.Convolve(values, channels, kernel, stride);
        OnnxNode node;
        if (bias)
        {
            string biasName = ConvolutionBias(place);
            sample?.Shift(MemoryMarshal.Cast<byte, float>(Parameter(biasName, [channels], 0, 0.1)));
            node = CreateNode("Conv", [x.Name, weight, biasName], output);
        }
        else
        {
            node = CreateNode("Conv", [x.Name, weight], output);
        }

        DescribeWindow(node, place, kernel, stride, padding);
        return Emit(node, new Activation(output, channels, stride == 2 ? Half(x.Size) : x.Size, sample));
    }

    private Activation Normalize(Place place, Activation x, double gain = 1)
    {
        string output = Norm(place);
        string[] names = [.. Enum.GetValues<NormParameter>().Select(p => Norm(place, p))];

        // A picture is taken as it is.
        double jitter = x.IsPicture ? 0 : 0.1 * gain;
        SampleMap? sample = x.Sample?.Copy();
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

    private Activation Rectify(string output, Activation x) => Emit(CreateNode("Relu", [x.Name], output), new Activation(output, x.Channels, x.Size, x.Sample?.Rectify()));

    private Activation Add(int stage, int block, Activation body, Activation shortcut)
    {
        string output = Sum(stage, block);
        OnnxNode node = CreateNode(SumOperator, ShortcutFirst ? [shortcut.Name, body.Name] : [body.Name, shortcut.Name], output);
        return Emit(node, new Activation(output, body.Channels, body.Size, shortcut.Sample is null ? null : body.Sample?.Add(shortcut.Sample)));
    }

    private byte[] Parameter(string name, ReadOnlySpan<long> dims, double mean, double deviation)
        => Parameter(name, dims, _weights.Create(name, dims, mean, deviation));

    private byte[] Parameter(string name, ReadOnlySpan<long> dims, Func<int, double> value)
        => Parameter(name, dims, _weights.Create(name, dims, value));

    private byte[] Parameter(string name, ReadOnlySpan<long> dims, byte[] bytes)
    {
        EmitConstant(OnnxTensor.Wrap(name, OnnxElementType.Float, dims, bytes));
        return bytes;
    }

    private readonly record struct Layer(int Channels, int Kernel, int Stride, bool Bias);
}
