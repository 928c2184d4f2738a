using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Adapts the image input of a model: inserts the nodes that convert the float32 <c>[N, 3, H, W]</c> of the preprocessor to what the model
/// expects.
/// </summary>
internal sealed class InputAdapter
{
    // ITU-R BT.601, as in Pillow's conversion to gray.
    private static readonly float[] Luma = [0.299f, 0.587f, 0.114f];

    private readonly InputForm _form;
    private readonly PreprocessingProfile _profile;

    private InputAdapter(InputForm form, PreprocessingProfile profile)
    {
        _form = form;
        _profile = profile;
    }

    /// <summary>Gets a text that identifies the changes.</summary>
    public string Key
    {
        get
        {
            string batch = _form.Batch is null ? "no batch" : "batch";
            string channels = _form.Channels == 3 ? "3" : string.Join(' ', ChannelWeights().Concat(ChannelBias()));
            string size = _form.Batch is null ? $" {_profile.Crop.Width}x{_profile.Crop.Height}" : "";
            return $"input '{_form.Name}' {_form.ElementType} {_form.Layout}{size}, {batch}, channels {channels}";
        }
    }

    /// <summary>Creates the adapter of an input.</summary>
    /// <param name="form">The form of the input.</param>
    /// <param name="profile">The profile that produces the tensor.</param>
    /// <param name="model">The name of the model.</param>
    /// <returns>The adapter; null if the input needs no change.</returns>
    /// <exception cref="ResNetException">The profile does not suit the input.</exception>
    public static InputAdapter? For(InputForm form, PreprocessingProfile profile, string model)
    {
        if (form.ElementType == OnnxElementType.UInt8 && !ProducesBytes(profile))
        {
            throw new ResNetException(
                $"The model '{model}' expects bytes from 0 to 255 (input '{form.Name}' UInt8), but the profile '{profile.Name}' normalizes "
                + "them. Set Range to ZeroTo255, Mean to 0, Std to 1 and MeanImage to null.");
        }

        if (form.Channels == 1 && !(profile.MeanImage is null && IsUniform(profile.Mean) && IsUniform(profile.Std)))
        {
            throw new ResNetException(
                $"The model '{model}' expects gray images (input '{form.Name}' has 1 channel), but the profile '{profile.Name}' normalizes "
                + "red, green and blue differently. Set all three values of Mean, and of Std, to that of the gray channel, "
                + "and MeanImage to null.");
        }

        return form is { ElementType: OnnxElementType.Float, Layout: InputLayout.Nchw, Batch: not null, Channels: 3 }
            ? null
            : new InputAdapter(form, profile);
    }

    /// <summary>Inserts the nodes.</summary>
    public void Apply(OnnxModel model)
    {
        OnnxGraph graph = model.Graph;
        OnnxValueInfo input = graph.Inputs.First(i => i.Name == _form.Name);
        string adapted = graph.CreateUniqueName($"{_form.Name}_adapted");
        graph.ReplaceUses(_form.Name, adapted);
        List<OnnxNode> nodes = [];
        string last = _form.Name;
        if (_form.Channels != 3)
        {
            string weights = Constant("weights", [_form.Channels, 3, 1, 1], ChannelWeights());
            Add("Conv", [weights, Constant("bias", [_form.Channels], ChannelBias())]);
        }

        if (_form.ElementType == OnnxElementType.UInt8)
        {
            Add("Add", [Constant("half", [], [0.5f])]);
            Add("Floor", []);
            const int ClipHasInputs = 11;
            if (model.Opset >= ClipHasInputs)
            {
                Add("Clip", [Constant("min", [], [0]), Constant("max", [], [255])]);
            }
            else
            {
                OnnxAttributes clip = Add("Clip", []).Attributes;
                clip.Set("min", 0f);
                clip.Set("max", 255f);
            }
        }

        if (_form.Layout == InputLayout.Nhwc)
        {
            Add("Transpose", []).Attributes.Set("perm", [0L, 2L, 3L, 1L]);
        }

        if (_form.ElementType != OnnxElementType.Float)
        {
            Add("Cast", []).Attributes.Set("to", (long)_form.ElementType);
        }

        if (_form.Batch is null)
        {
            string shape = graph.CreateUniqueName($"{_form.Name}_shape");
            (int channels, int height, int width) = (_form.Channels, _profile.Crop.Height, _profile.Crop.Width);
            graph.Initializers.Add(OnnxTensor.Create<long>(
                shape, [3], _form.Layout == InputLayout.Nchw ? [channels, height, width] : [height, width, channels]));
            Add("Reshape", [shape]);
        }

        nodes[^1].Outputs[0] = adapted;
        for (int i = 0; i < nodes.Count; i++)
        {
            graph.Nodes.Insert(i, nodes[i]);
        }

        input.ElementType = OnnxElementType.Float;
        input.Shape = [_form.Batch ?? 1, 3, _form.Height, _form.Width];

        OnnxNode Add(string operation, string[] constants)
        {
            string output = graph.CreateUniqueName($"{_form.Name}_{operation}");
            OnnxNode node = new(operation, [last, .. constants], [output], output);
            nodes.Add(node);
            last = output;
            return node;
        }

        string Constant(string name, long[] shape, float[] values)
        {
            string unique = graph.CreateUniqueName($"{_form.Name}_{name}");
            graph.Initializers.Add(OnnxTensor.Create<float>(unique, shape, values));
            return unique;
        }
    }

    private static bool IsUniform(ChannelValues values) => values.First == values.Second && values.First == values.Third;

    private static bool ProducesBytes(PreprocessingProfile profile)
    {
        const float Rounding = 1e-5f;
        Normalization normalization = new(profile);
        return profile.MeanImage is null && Enumerable.Range(0, 3)
            .All(plane => Math.Abs(normalization.Scale(plane) - 1) < Rounding && Math.Abs(normalization.Offset(plane)) < Rounding);
    }

    /// <summary>Gets the weights from the three planes to the channels, in row-major order.</summary>
    private float[] ChannelWeights() => _form.Channels switch
    {
        1 => _profile.Channels == ChannelOrder.Bgr ? [.. Luma.Reverse()] : Luma,
        _ => [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
    };

    // Alpha is not normalized: opaque is the largest value of the range.
    private float[] ChannelBias()
    {
        bool isUnitRange = _profile.Range == ValueRange.ZeroToOne && _form.ElementType != OnnxElementType.UInt8;
        return _form.Channels == 1 ? [0] : [0, 0, 0, isUnitRange ? 1 : 255];
    }
}
