namespace ResNet.Net.Onnx;

/// <summary>
/// Converts the two networks of a Caffe2 classifier to one ONNX model: float networks, and int8 networks of the engine DNNLOWP.
/// </summary>
/// <remarks>
/// Source: the operators of <c>caffe2/quantization/server</c> and <c>caffe2/operators</c> in pytorch/pytorch.
/// </remarks>
public static class Caffe2Importer
{
    /// <summary>Converts a classifier.</summary>
    /// <param name="init">The network that fills the weights, from <c>init_net.pb</c>.</param>
    /// <param name="predict">The network that computes the scores, from <c>predict_net.pb</c>.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <returns>
    /// A model of opset 13 with one input, float <c>[N, C, H, W]</c>, and one output, float <c>[N, classes]</c>. They are named as in the
    /// network. Quantized models in the format QOperator also use the operator set <c>com.microsoft</c>.
    /// </returns>
    /// <exception cref="OnnxModelException">
    /// The networks are inconsistent, swapped, or not a supported classifier. The message names the operator and the blob.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A dimension of the options is less than 1 or more than 32,767, or the format is undefined.
    /// </exception>
    public static Caffe2ImportResult Import(Caffe2Net init, Caffe2Net predict, Caffe2ImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(init);
        ArgumentNullException.ThrowIfNull(predict);
        options ??= new Caffe2ImportOptions();
        CheckSide(options.Channels, nameof(options.Channels));
        CheckSide(options.Height, nameof(options.Height));
        CheckSide(options.Width, nameof(options.Width));
        return Enum.IsDefined(options.Format)
            ? NetworkImporter.Import(init, predict, options)
            : throw new ArgumentOutOfRangeException(nameof(options), options.Format, "The format is undefined.");

        static void CheckSide(int value, string name)
        {
            if (value is < 1 or >= OperatorWindow.MaximumSide)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(options), value, $"{name} must be from 1 to {OperatorWindow.MaximumSide - 1}.");
            }
        }
    }
}
