namespace ResNet.Net.Tests.Support;

/// <summary>
/// Builds small classifiers whose inputs, outputs and metadata have the form that other tools export: names, layouts, dimensions, last
/// operators, and the files beside the model. Each is a 3x3 convolution with random weights, an average, and a dense layer.
/// </summary>
internal static class ToolExports
{
    /// <summary>The number of classes of each model.</summary>
    public const int Classes = 5;

    private const int Int64Type = 7, TextType = 8;
    private const int Channels = 8;

    // Filters of networks with inputs up to 255 are smaller, so that no class has the probability 1.
    private const float ByteScale = 1 / 64f;

    /// <summary>Gets the labels in output order.</summary>
    public static IReadOnlyList<string> Labels { get; } = ["daisy", "dandelion", "rose", "sunflower", "tulip"];

    /// <summary>Gets a <c>config.json</c> of Hugging Face with the labels.</summary>
    public static string HuggingFaceConfig
        => $$"""
            {
              "architectures": ["ResNetForImageClassification"],
              "id2label": { {{string.Join(", ", Labels.Select((label, i) => $"\"{i}\": \"{label}\""))}} },
              "label2id": { {{string.Join(", ", Labels.Select((label, i) => $"\"{label}\": {i}"))}} },
              "model_type": "resnet"
            }
            """;

    /// <summary>Returns a model as PyTorch exports it: NCHW, an open batch, logits.</summary>
    public static byte[] PyTorch(int side)
        => WithLogits(new OnnxModelBuilder { Opset = 18, IrVersion = 10 }.Input("x", [-1, 3, side, side]), "x", "linear")
            .Output("linear", [-1, Classes])
            .Build();

    /// <summary>Returns a model as tf2onnx exports it: NHWC, an open batch, Softmax.</summary>
    /// <param name="side">The side of the input.</param>
    /// <param name="hasRescaling">Whether the model starts with Keras' <c>Rescaling(1/127.5, offset=-1)</c>.</param>
    public static byte[] Keras(int side, bool hasRescaling)
    {
        OnnxModelBuilder model = new OnnxModelBuilder { Opset = 15, IrVersion = 8 }.Input("input_1", [-1, side, side, 3]);
        if (hasRescaling)
        {
            model.Initializer("scale", [], [1 / 127.5f]).Initializer("offset", [], [-1])
                .Node("Mul", ["input_1", "scale"], ["scaled"])
                .Node("Add", ["scaled", "offset"], ["rescaled"]);
        }

        model.ListNode("Transpose", hasRescaling ? "rescaled" : "input_1", "planes", "perm", [0, 3, 1, 2]);
        return WithLogits(model, "planes", "logits", hasRescaling ? 1 : ByteScale)
            .Node("Softmax", ["logits"], ["predictions"], ("axis", -1))
            .Output("predictions", [-1, Classes])
            .Build();
    }

    /// <summary>Returns a model as Custom Vision exports it: bytes, a label and a map of probabilities, metadata of the image.</summary>
    public static byte[] CustomVision(int side)
    {
        OnnxModelBuilder model = new OnnxModelBuilder { Opset = 7, IrVersion = 3 }.Input("data", [-1, 3, side, side]);
        return WithLogits(model, "data", "logits", ByteScale)
            .Node("Softmax", ["logits"], ["probabilities"], ("axis", 1))
            .Node("ArgMax", ["probabilities"], ["best"], ("axis", 1), ("keepdims", 0))
            .TextInitializer("classes", [.. Labels])
            .Node("ai.onnx.ml", "ArrayFeatureExtractor", ["classes", "best"], ["classLabel"])
            .ListNode("ZipMap", "probabilities", "loss", "classlabels_strings", null, [.. Labels], "ai.onnx.ml")
            .Output("classLabel", [-1], TextType)
            .MapOutput("loss", TextType, isSequence: true)
            .Metadata("Image.BitmapPixelFormat", "Bgr8")
            .Metadata("Image.ColorSpaceGamma", "SRGB")
            .Metadata("Image.NominalPixelRange", "NominalRange_0_255")
            .Build();
    }

    /// <summary>Returns a model as Optimum exports it: every dimension of <c>pixel_values</c> open, logits.</summary>
    public static byte[] HuggingFace()
        => WithLogits(
            new OnnxModelBuilder { Opset = 14, IrVersion = 7 }.Input("pixel_values", [-1, -1, -1, -1]), "pixel_values", "logits")
            .Output("logits", [-1, Classes])
            .Build();

    /// <summary>Returns a <c>preprocessor_config.json</c> of Hugging Face for a ResNet with a side of the input.</summary>
    public static string HuggingFacePreprocessor(int side)
        => $$"""
            {
              "crop_pct": 0.875,
              "do_normalize": true,
              "do_rescale": true,
              "do_resize": true,
              "image_mean": [0.485, 0.456, 0.406],
              "image_processor_type": "ConvNextImageProcessor",
              "image_std": [0.229, 0.224, 0.225],
              "resample": 3,
              "rescale_factor": 0.00392156862745098,
              "size": { "shortest_edge": {{side}} }
            }
            """;

    /// <summary>Returns a model as Ultralytics exports it: a fixed batch of one, Softmax, metadata in Python's notation.</summary>
    public static byte[] Ultralytics(int side)
        => WithLogits(new OnnxModelBuilder { Opset = 17, IrVersion = 8 }.Input("images", [1, 3, side, side]), "images", "logits")
            .Node("Softmax", ["logits"], ["output0"], ("axis", 1))
            .Output("output0", [1, Classes])
            .Metadata("author", "Ultralytics")
            .Metadata("task", "classify")
            .Metadata("batch", "1")
            .Metadata("imgsz", $"[{side}, {side}]")
            .Metadata("names", $"{{{string.Join(", ", Labels.Select((label, i) => $"{i}: '{label}'"))}}}")
            .Build();

    private static OnnxModelBuilder WithLogits(OnnxModelBuilder model, string planes, string logits, float filterScale = 1)
    {
        Random random = new(14);
        float[] filters = Weights(random, Channels * 3 * 9, filterScale);
        float[] dense = Weights(random, Channels * Classes, 1);
        return model
            .Initializer("filters", [Channels, 3, 3, 3], filters)
            .Initializer("dense", [Channels, Classes], dense)
            .Initializer("shape", [2], Int64Type, [.. BitConverter.GetBytes(0L), .. BitConverter.GetBytes((long)Channels)])
            .Node("Conv", [planes, "filters"], ["convolved"])
            .Node("Relu", ["convolved"], ["rectified"])
            .Node("GlobalAveragePool", ["rectified"], ["pooled"])
            .Node("Reshape", ["pooled", "shape"], ["features"])
            .Node("MatMul", ["features", "dense"], [logits]);
    }

    private static float[] Weights(Random random, int count, float scale)
        => [.. Enumerable.Range(0, count).Select(_ => scale * (float)(random.NextDouble() - 0.5))];
}
