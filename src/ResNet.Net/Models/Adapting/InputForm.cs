using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Describes the image input of a model as its file declares it.</summary>
/// <param name="Name">The name of the input.</param>
/// <param name="ElementType">Float, Float16, BFloat16, Double or UInt8.</param>
/// <param name="Layout">The order of the dimensions.</param>
/// <param name="Batch">The batch dimension; null if the input has none.</param>
/// <param name="Channels">The number of channels: 1, 3 or 4.</param>
/// <param name="Height">The number of rows.</param>
/// <param name="Width">The number of columns.</param>
/// <param name="Use">What the first operators do with the input.</param>
internal sealed record InputForm(
    string Name,
    OnnxElementType ElementType,
    InputLayout Layout,
    OnnxDimension? Batch,
    int Channels,
    OnnxDimension Height,
    OnnxDimension Width,
    OnnxInputUse Use)
{
    private const int ColorChannels = 3;

    /// <summary>Reads the form of the image input.</summary>
    /// <param name="summary">The summary of the model.</param>
    /// <param name="model">The name of the model.</param>
    /// <param name="inputName">The name of the input; null for the only one.</param>
    /// <param name="layout">The declared layout; null to determine it.</param>
    /// <returns>The form; null if the model does not have exactly one input, which <see cref="ModelLayout"/> reports.</returns>
    /// <exception cref="ResNetException">The input cannot be adapted. The message has the reason.</exception>
    public static InputForm? Read(OnnxModelSummary summary, string model, string? inputName, InputLayout? layout)
    {
        HashSet<string> initializers = [.. summary.InitializerNames];
        OnnxValueInfo[] inputs = [.. summary.Inputs.Where(i => !initializers.Contains(i.Name))];
        if (inputs is not [OnnxValueInfo input] || (inputName is not null && input.Name != inputName))
        {
            return null;
        }

        ResNetException Refusal(string reason) => new($"The model '{model}' expects the input '{input}'. {reason}");
        if (input.ElementType is not (OnnxElementType.Float or OnnxElementType.Float16 or OnnxElementType.BFloat16
            or OnnxElementType.Double or OnnxElementType.UInt8))
        {
            throw Refusal("Images can be converted to float32, float16, bfloat16, double and uint8 tensors only.");
        }

        if (input.Shape is not { } declared)
        {
            return (layout ?? LayoutOf(summary.FindInputUse(input.Name).Layout)) is InputLayout known
                ? Create(known, default(OnnxDimension), default, default, default)
                : throw Refusal($"Its shape is not declared. Set ModelDefinition.{nameof(ModelDefinition.InputLayout)}.");
        }

        OnnxDimension[] shape = [.. declared.Select(d => d.Value < 0 ? new OnnxDimension(null, d.Parameter) : d)];
        if (shape.FirstOrDefault(d => d.Value is 0 or > int.MaxValue) is { Value: long size })
        {
            throw Refusal($"A dimension is {size}, but it must be from 1 to {int.MaxValue}.");
        }

        if (shape.Length is not (3 or 4))
        {
            throw Refusal($"It has {shape.Length} dimensions, but an image has 3, or 4 with the batch size.");
        }

        OnnxDimension? batch = null;
        if (shape.Length == 4)
        {
            batch = shape[0];
        }

        OnnxDimension[] image = shape[^3..];
        InputLayout chosen = layout ?? FindLayout(image);
        (OnnxDimension channels, OnnxDimension height, OnnxDimension width) = chosen == InputLayout.Nchw
            ? (image[0], image[1], image[2])
            : (image[2], image[0], image[1]);
        if (height.Value is long rows && width.Value is long columns && rows * columns > PreprocessingProfile.MaxCropPixels)
        {
            throw Refusal($"Its {columns}x{rows} pixels exceed the limit of {PreprocessingProfile.MaxCropPixels} pixels.");
        }

        return IsImageChannels(channels, batch is not null)
            ? Create(chosen, batch, channels, height, width)
            : throw Refusal(
                $"In the layout {chosen}, it has {channels} channels, but an image has 1 (gray), 3 (color) or 4 (color and alpha).");

        InputForm Create(InputLayout found, OnnxDimension? n, OnnxDimension c, OnnxDimension h, OnnxDimension w)
            => new(input.Name, input.ElementType, found, n, (int)(c.Value ?? ColorChannels), h, w, summary.FindInputUse(input.Name));

        InputLayout FindLayout(OnnxDimension[] dimensions)
        {
            bool hasBatch = batch is not null;
            (bool first, bool last) = (IsImageChannels(dimensions[0], hasBatch), IsImageChannels(dimensions[2], hasBatch));
            if (!first && !last)
            {
                throw Refusal(
                    $"Neither {dimensions[0]} nor {dimensions[2]} can be its number of channels: an image has 1 (gray), 3 (color) or "
                    + "4 (color and alpha).");
            }

            bool isFirstFixed = first && dimensions[0].Value is not null;
            bool isLastFixed = last && dimensions[2].Value is not null;
            return isFirstFixed != isLastFixed
                ? isFirstFixed ? InputLayout.Nchw : InputLayout.Nhwc
                : LayoutOf(summary.FindInputUse(input.Name).Layout)
                    ?? (first != last
                        ? first ? InputLayout.Nchw : InputLayout.Nhwc
                        : throw Refusal(
                            "Neither its shape nor the graph shows which dimension contains the channels. "
                            + $"Set ModelDefinition.{nameof(ModelDefinition.InputLayout)}."));
        }
    }

    private static InputLayout? LayoutOf(OnnxImageLayout layout) => layout switch
    {
        OnnxImageLayout.Nchw => InputLayout.Nchw,
        OnnxImageLayout.Nhwc => InputLayout.Nhwc,
        _ => null,
    };

    // Without a batch dimension, an open dimension is more likely the batch size of gray images.
    private static bool IsImageChannels(OnnxDimension dimension, bool hasBatch)
        => dimension.Value is long channels ? channels is 1 or ColorChannels or 4 : hasBatch;
}
