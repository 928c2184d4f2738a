using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Represents the steps from an image to the input tensor: resample, crop, order the channels, scale, subtract the mean, divide by the
/// standard deviation. The default profile of a variant is the recipe of its published accuracy. Immutable: change a copy using
/// <c>with</c>.
/// </summary>
/// <remarks>
/// The tensor is planar float32 with shape <c>[N, 3, Crop.Height, Crop.Width]</c>. Each element is <c>(value - Mean) / Std</c> of its
/// channel, where value is a color value in <see cref="Range"/>. A <see cref="MeanImage"/> replaces <see cref="Mean"/>.
/// </remarks>
public sealed record PreprocessingProfile
{
    internal const int MaxCropPixels = 64_000_000;

    // Networks for such small inputs are trained on whole images, as those of CIFAR and Tiny ImageNet are.
    private const int MaxSideWithoutMargin = 64;

    private static readonly ChannelValues ImageNetMean = new(0.485f, 0.456f, 0.406f);
    private static readonly ChannelValues ImageNetStd = new(0.229f, 0.224f, 0.225f);

    /// <summary>
    /// Gets the recipe of the zoo's published v1 and v2 accuracies: OpenCV bilinear to 256x256 pixels, ignoring the aspect ratio; crop
    /// 224x224; RGB in [0, 1]; ImageNet mean and standard deviation.
    /// </summary>
    public static PreprocessingProfile Mxnet { get; } = new()
    {
        Name = nameof(Mxnet),
        Resize = ResizeRule.Squash(256, 256),
        Interpolation = Interpolation.OpenCvBilinear,
    };

    /// <summary>
    /// Gets the recipe of MXNet's <c>imagenet_preprocess.py</c>: Pillow bilinear, short side 256 pixels; crop 224x224; RGB in [0, 1];
    /// ImageNet mean and standard deviation.
    /// </summary>
    public static PreprocessingProfile MxnetShortSide { get; } = new()
    {
        Name = nameof(MxnetShortSide),
        Resize = ResizeRule.ShortSide(256, LongSideRounding.HalfToEven),
        Crop = new CropRule(224, 224, CropRounding.FloorOfHalves),
    };

    /// <summary>
    /// Gets the recipe of the zoo's published accuracies of the opset-12 fp32, int8 and QDQ files: <see cref="Mxnet"/>, with floating-point
    /// interpolation of <c>pixels / 255</c>.
    /// </summary>
    public static PreprocessingProfile OnnxRuntimeNotebook { get; } = Mxnet with
    {
        Name = nameof(OnnxRuntimeNotebook),
        Interpolation = Interpolation.OpenCvBilinearFloat,
    };

    /// <summary>
    /// Gets the recipe of Caffe2's ResNet-50: OpenCV bilinear, short side 256 pixels; crop 224x224; BGR in [0, 255]; ImageNet mean and
    /// standard deviation times 255.
    /// </summary>
    public static PreprocessingProfile Caffe2 { get; } = new()
    {
        Name = nameof(Caffe2),
        Resize = ResizeRule.ShortSide(256),
        Interpolation = Interpolation.OpenCvBilinear,
        Channels = ChannelOrder.Bgr,
        Range = ValueRange.ZeroTo255,
        Mean = new ChannelValues(103.53f, 116.28f, 123.675f),
        Std = new ChannelValues(57.375f, 57.12f, 58.395f),
    };

    /// <summary>
    /// Gets the recipe of Caffe2's own evaluation (<c>image_input_op.h</c>), from which its published figures for ResNet-50 come:
    /// <see cref="Caffe2"/>, with OpenCV's area interpolation.
    /// </summary>
    public static PreprocessingProfile Caffe2Area { get; } = Caffe2 with
    {
        Name = nameof(Caffe2Area),
        Interpolation = Interpolation.OpenCvArea,
    };

    /// <summary>
    /// Gets the recipe of the zoo's first README and of ONNX.js: <see cref="Caffe2"/>, with 128 for each mean and standard deviation.
    /// </summary>
    public static PreprocessingProfile Caffe2Legacy { get; } = Caffe2 with
    {
        Name = nameof(Caffe2Legacy),
        Mean = new ChannelValues(128, 128, 128),
        Std = new ChannelValues(128, 128, 128),
    };

    /// <summary>
    /// Gets torchvision's evaluation recipe: Pillow bilinear, short side 256 pixels, long side truncated; crop 224x224; RGB in [0, 1];
    /// ImageNet mean and standard deviation.
    /// </summary>
    public static PreprocessingProfile Torchvision { get; } = new()
    {
        Name = nameof(Torchvision),
        Resize = ResizeRule.ShortSide(256),
        Crop = new CropRule(224, 224, CropRounding.HalfToEven),
    };

    /// <summary>
    /// Gets the recipe of <c>microsoft/resnet-50</c> and its siblings on Hugging Face (<c>ConvNextImageProcessor</c> with <c>size</c> 224,
    /// <c>crop_pct</c> 0.875): Pillow bicubic, short side 256 pixels, long side truncated; crop 224x224; RGB in [0, 1]; ImageNet mean and
    /// standard deviation. For other models, read their file using <see cref="FromPreprocessorConfig(string)"/>.
    /// </summary>
    public static PreprocessingProfile HuggingFace { get; } = new()
    {
        Name = nameof(HuggingFace),
        Resize = ResizeRule.ShortSide(256),
        Interpolation = Interpolation.PillowBicubic,
    };

    /// <summary>
    /// Gets the recipe of timm's ResNets with <c>interpolation</c> bicubic and <c>crop_pct</c> 0.95, such as <c>resnet50.a1_in1k</c>:
    /// Pillow bicubic, short side 235 pixels (<c>floor(224 / 0.95)</c>), long side truncated; crop 224x224; RGB in [0, 1]; ImageNet mean
    /// and standard deviation.
    /// </summary>
    /// <remarks>
    /// timm's best accuracies of these models are for <c>test_input_size</c> 288 and <c>test_crop_pct</c> 1.0: a copy with
    /// <c>ResizeRule.ShortSide(288)</c> and a crop of 288x288.
    /// </remarks>
    public static PreprocessingProfile TimmBicubic { get; } = new()
    {
        Name = nameof(TimmBicubic),
        Resize = ResizeRule.ShortSide(235),
        Interpolation = Interpolation.PillowBicubic,
        Crop = new CropRule(224, 224, CropRounding.HalfToEven),
    };

    /// <summary>
    /// Gets the recipe of <c>keras.applications.resnet</c> (mode <c>caffe</c>): the whole image at 224x224 pixels, ignoring the aspect
    /// ratio; BGR in [0, 255]; mean 103.939, 116.779, 123.68; not divided by a standard deviation.
    /// </summary>
    /// <remarks>
    /// The image is resized like <c>tf.image.resize</c> does it by default (bilinear, not antialiased, floating point), which
    /// <c>image_dataset_from_directory</c> and the layer <c>Resizing</c> use. <c>load_img</c> picks the nearest pixel instead, which is not
    /// reproduced. <c>keras.applications.resnet_v2</c> has another mode: RGB, mean 127.5 and standard deviation 127.5.
    /// </remarks>
    public static PreprocessingProfile Keras { get; } = new()
    {
        Name = nameof(Keras),
        Resize = ResizeRule.Squash(224, 224),
        Interpolation = Interpolation.OpenCvBilinearFloat,
        Channels = ChannelOrder.Bgr,
        Range = ValueRange.ZeroTo255,
        Mean = new ChannelValues(103.939f, 116.779f, 123.68f),
        Std = new ChannelValues(1, 1, 1),
    };

    /// <summary>
    /// Gets the recipe of the embedded CIFAR-10 model: Pillow bilinear, short side 32 pixels; crop 32x32; RGB in [0, 1]; CIFAR-10 mean and
    /// standard deviation. Images of 32x32 pixels are not resampled.
    /// </summary>
    public static PreprocessingProfile Cifar10 { get; } = new()
    {
        Name = nameof(Cifar10),
        Resize = ResizeRule.ShortSide(32, LongSideRounding.HalfToEven),
        Crop = new CropRule(32, 32),
        Mean = new ChannelValues(0.4914f, 0.4822f, 0.4465f),
        Std = new ChannelValues(0.2470f, 0.2435f, 0.2616f),
    };

    /// <summary>Gets the built-in profiles.</summary>
    public static IReadOnlyList<PreprocessingProfile> All { get; } =
    [
        Mxnet, MxnetShortSide, OnnxRuntimeNotebook, Caffe2, Caffe2Area, Caffe2Legacy, Torchvision, HuggingFace, TimmBicubic, Keras, Cifar10,
    ];

    /// <summary>Gets the display name of the profile. It does not affect results.</summary>
    /// <value><c>Custom</c>.</value>
    public string Name { get; init; } = "Custom";

    /// <summary>Gets the size to which the image is resampled.</summary>
    /// <value>Short side 256 pixels, long side truncated.</value>
    public ResizeRule Resize { get; init; } = ResizeRule.ShortSide(256);

    /// <summary>Gets the interpolation for resampling the image.</summary>
    /// <value><see cref="Interpolation.PillowBilinear"/>.</value>
    public Interpolation Interpolation { get; init; } = Interpolation.PillowBilinear;

    /// <summary>Gets the center crop that becomes the input. It must fit into the resampled image.</summary>
    /// <value>224x224 pixels, offsets rounded down.</value>
    public CropRule Crop { get; init; } = new(224, 224);

    /// <summary>Gets the order of the color planes in the tensor.</summary>
    /// <value><see cref="ChannelOrder.Rgb"/>.</value>
    public ChannelOrder Channels { get; init; } = ChannelOrder.Rgb;

    /// <summary>Gets the range of the color values before the mean and the standard deviation are applied.</summary>
    /// <value><see cref="ValueRange.ZeroToOne"/>.</value>
    public ValueRange Range { get; init; } = ValueRange.ZeroToOne;

    /// <summary>
    /// Gets the mean, which is subtracted from every value; in the order of <see cref="Channels"/> and the unit of <see cref="Range"/>.
    /// </summary>
    /// <value>The mean of ImageNet: 0.485, 0.456, 0.406.</value>
    public ChannelValues Mean { get; init; } = ImageNetMean;

    /// <summary>
    /// Gets the mean image of the size of <see cref="Crop"/>, which is subtracted from the values instead of <see cref="Mean"/>;
    /// <see langword="null"/> to subtract <see cref="Mean"/>. A mirrored crop has the same mean image.
    /// </summary>
    /// <value><see langword="null"/>.</value>
    public MeanImage? MeanImage { get; init; }

    /// <summary>
    /// Gets the standard deviation, by which every value is divided after the mean is subtracted; in the order of <see cref="Channels"/>
    /// and the unit of <see cref="Range"/>, greater than 0.
    /// </summary>
    /// <value>The standard deviation of ImageNet: 0.229, 0.224, 0.225.</value>
    public ChannelValues Std { get; init; } = ImageNetStd;

    /// <summary>Gets whether the EXIF orientation of an image is applied when it is decoded.</summary>
    /// <value><see langword="true"/>.</value>
    public bool AutoOrient { get; init; } = true;

    /// <summary>
    /// Gets whether large JPEG images are decoded at 1/2, 1/4 or 1/8 of their size: the smallest that leaves both sides
    /// at least twice as long as <see cref="Resize"/> makes them. Other formats and smaller images are decoded at full size.
    /// </summary>
    /// <remarks>
    /// Decoding large images becomes faster, but nearly every input value of a reduced image changes slightly. The OpenCV interpolations
    /// are affected more, because they do not average. The option is off in every built-in profile, since these guarantee the exact pixels
    /// that the published accuracies were measured with.
    /// </remarks>
    /// <value><see langword="false"/>.</value>
    public bool ShrinkOnLoad { get; init; }

    /// <summary>Gets a built-in profile by name, ignoring case.</summary>
    /// <param name="name">The name of one of <see cref="All"/>.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="ArgumentException">No built-in profile has this name. The message lists the names.</exception>
    public static PreprocessingProfile Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException(
                $"There is no preprocessing profile '{name}'. Use one of {string.Join(", ", All.Select(p => p.Name))}.", nameof(name));
    }

    /// <summary>
    /// Reads the profile from a <c>preprocessor_config.json</c> of Hugging Face, or a <c>config.json</c> of timm with
    /// <c>pretrained_cfg</c>.
    /// </summary>
    /// <remarks>
    /// Supported are the image processors and feature extractors of ConvNext (which ResNets use), ViT, DeiT, Beit, Bit, CLIP, Pvt,
    /// MobileNetV1, MobileNetV2 and EfficientNet, with bilinear or bicubic filter. The result is that of the processors based on Pillow;
    /// those whose names end in <c>Fast</c> resize with PyTorch, which differs slightly. Steps that a profile cannot express are errors.
    /// </remarks>
    /// <param name="path">The path of the file.</param>
    /// <returns>The profile, named after the processor and the input size.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    /// <exception cref="ResNetException">
    /// The file is not valid, or requests a step or a value that is not supported. The message names it.
    /// </exception>
    public static PreprocessingProfile FromPreprocessorConfig(string path)
    {
        using FileStream file = RegularFile.OpenRead(path);
        return PreprocessorConfig.Read(file, $"The file '{path}'");
    }

    /// <summary>Reads the profile from a stream with a file that <see cref="FromPreprocessorConfig(string)"/> describes.</summary>
    /// <param name="utf8Json">The JSON text in UTF-8; read to its end, and left open.</param>
    /// <returns>The profile, named after the processor and the input size.</returns>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="ResNetException">
    /// The text is not valid, or requests a step or a value that is not supported. The message names it.
    /// </exception>
    public static PreprocessingProfile FromPreprocessorConfig(Stream utf8Json)
    {
        ArgumentNullException.ThrowIfNull(utf8Json);
        return PreprocessorConfig.Read(utf8Json, "The preprocessor configuration");
    }

    /// <summary>
    /// Creates a copy of the profile for another input size. The ratio between crop and resampled size stays the same, unless a side has
    /// 64 pixels or less: the model then sees the image without a margin.
    /// </summary>
    /// <remarks>
    /// Without a margin, a square input is the center of the image at full length of its short side. An input that is not square is the
    /// whole image, whose aspect ratio is ignored. Set <see cref="Resize"/> afterward for anything else.
    /// </remarks>
    /// <param name="width">The number of columns of the input, at least 1.</param>
    /// <param name="height">The number of rows of the input, at least 1.</param>
    /// <returns>The new profile; this instance if the size is unchanged.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> or <paramref name="height"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">The size changes, but the profile has a <see cref="MeanImage"/>.</exception>
    public PreprocessingProfile WithCrop(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (width == Crop.Width && height == Crop.Height)
        {
            return this;
        }

        if (MeanImage is not null)
        {
            throw new InvalidOperationException(
                $"Profile '{Name}' has a mean image of {MeanImage.Width}x{MeanImage.Height} pixels, which cannot be used for a crop of "
                + $"{width}x{height}. Set MeanImage to null first, then to one of the new size if the model needs it.");
        }

        PreprocessingProfile profile = this with { Name = $"{Name} {width}x{height}", Crop = Crop with { Width = width, Height = height } };
        if (Math.Min(width, height) <= MaxSideWithoutMargin)
        {
            return profile with
            {
                Resize = Resize.KeepsAspectRatio && width == height
                    ? ResizeRule.ShortSide(width, Resize.Rounding)
                    : ResizeRule.Squash(width, height),
            };
        }

        int Scale(int side, int resized, int cropped) => (int)Math.Max(side, Math.Round((double)side * resized / cropped));
        int resizedWidth = Scale(width, Resize.Width, Crop.Width);
        int resizedHeight = Scale(height, Resize.Height, Crop.Height);
        return profile with
        {
            Resize = Resize.KeepsAspectRatio
                ? ResizeRule.ShortSide(Math.Max(resizedWidth, resizedHeight), Resize.Rounding)
                : ResizeRule.Squash(resizedWidth, resizedHeight),
        };
    }

    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal void Validate()
    {
        if (Crop.Width < 1 || Crop.Height < 1)
        {
            throw new ArgumentException(
                $"Profile '{Name}': the crop is {Crop.Width}x{Crop.Height} pixels, but both sides must be at least 1.");
        }

        if ((long)Crop.Width * Crop.Height > MaxCropPixels)
        {
            throw new ArgumentException(
                $"Profile '{Name}': the crop {Crop.Width}x{Crop.Height} exceeds the limit of {MaxCropPixels} pixels.");
        }

        if (Crop.Width > Resize.Width || Crop.Height > Resize.Height)
        {
            throw new ArgumentException(
                $"Profile '{Name}': the crop {Crop.Width}x{Crop.Height} does not fit into the resampled image, "
                + $"which can be as small as {Resize.Width}x{Resize.Height} pixels. Make Resize larger or Crop smaller.");
        }

        if (MeanImage is not null && (MeanImage.Width != Crop.Width || MeanImage.Height != Crop.Height))
        {
            throw new ArgumentException(
                $"Profile '{Name}': the mean image has {MeanImage.Width}x{MeanImage.Height} pixels, but the crop has "
                + $"{Crop.Width}x{Crop.Height}. Both must have the same size.");
        }

        for (int channel = 0; channel < 3; channel++)
        {
            if (!float.IsFinite(Mean[channel]))
            {
                throw new ArgumentException($"Profile '{Name}': the mean {Mean[channel]} of channel {channel} is not a finite number.");
            }

            if (!float.IsFinite(Std[channel]) || Std[channel] <= 0)
            {
                throw new ArgumentException(
                    $"Profile '{Name}': the standard deviation {Std[channel]} of channel {channel} is not a finite number greater than 0.");
            }
        }
    }
}
