namespace ResNet.Net;

/// <summary>
/// How an image becomes the input tensor: resample, crop, order the channels, scale, subtract the mean, divide by the standard deviation.
/// A variant's default is the recipe of its published accuracy; every change is one <c>with</c> away.
/// </summary>
/// <remarks>Result: planar float32 <c>[N, 3, Crop.Height, Crop.Width]</c>, <c>(value - Mean) / Std</c> a channel, values in <see cref="Range"/>.</remarks>
public sealed record PreprocessingProfile
{
    private const int LargestCrop = 64_000_000;

    private static readonly ChannelValues ImageNetMean = new(0.485f, 0.456f, 0.406f);
    private static readonly ChannelValues ImageNetStd = new(0.229f, 0.224f, 0.225f);

    /// <summary>The recipe behind the zoo's published v1 and v2 accuracies: OpenCV squash to 256x256, crop 224, RGB in [0, 1].</summary>
    public static PreprocessingProfile Mxnet { get; } = new()
    {
        Name = nameof(Mxnet),
        Resize = ResizeRule.Squash(256, 256),
        Interpolation = Interpolation.OpenCvBilinear,
    };

    /// <summary>MXNet's <c>imagenet_preprocess.py</c>: Pillow bilinear, short side 256, crop 224, RGB in [0, 1].</summary>
    public static PreprocessingProfile MxnetShortSide { get; } = new()
    {
        Name = nameof(MxnetShortSide),
        Resize = ResizeRule.ShortSide(256, LongSideRounding.HalfToEven),
        Crop = new CropRule(224, 224, CropRounding.FloorOfHalves),
    };

    /// <summary>The recipe behind the zoo's opset-12 fp32, int8 and QDQ accuracies: pixels/255 as float, OpenCV squash to 256x256, crop 224.</summary>
    public static PreprocessingProfile OnnxRuntimeNotebook { get; } = Mxnet with
    {
        Name = nameof(OnnxRuntimeNotebook),
        Interpolation = Interpolation.OpenCvBilinearFloat,
    };

    /// <summary>Caffe2's ResNet-50: OpenCV bilinear, short side 256, crop 224, BGR in [0, 255], ImageNet mean and standard deviation times 255.</summary>
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

    /// <summary>As <see cref="Caffe2"/>, with 128 for every mean and standard deviation: the zoo's first README, ONNX.js.</summary>
    public static PreprocessingProfile Caffe2Legacy { get; } = Caffe2 with
    {
        Name = nameof(Caffe2Legacy),
        Mean = new ChannelValues(128, 128, 128),
        Std = new ChannelValues(128, 128, 128),
    };

    /// <summary>torchvision's evaluation recipe: Pillow bilinear, short side 256 (long side truncated), crop 224, RGB in [0, 1].</summary>
    public static PreprocessingProfile Torchvision { get; } = new()
    {
        Name = nameof(Torchvision),
        Resize = ResizeRule.ShortSide(256),
        Crop = new CropRule(224, 224, CropRounding.HalfToEven),
    };

    /// <summary>The embedded CIFAR-10 model: Pillow bilinear, short side 32 (nothing at 32x32), crop 32, RGB in [0, 1], CIFAR-10 mean and standard deviation.</summary>
    public static PreprocessingProfile Cifar10 { get; } = new()
    {
        Name = nameof(Cifar10),
        Resize = ResizeRule.ShortSide(32, LongSideRounding.HalfToEven),
        Crop = new CropRule(32, 32),
        Mean = new ChannelValues(0.4914f, 0.4822f, 0.4465f),
        Std = new ChannelValues(0.2470f, 0.2435f, 0.2616f),
    };

    /// <summary>The built-in profiles.</summary>
    public static IReadOnlyList<PreprocessingProfile> All { get; } = [Mxnet, MxnetShortSide, OnnxRuntimeNotebook, Caffe2, Caffe2Legacy, Torchvision, Cifar10];

    /// <summary>The profile's name, for people; results do not depend on it.</summary>
    public string Name { get; init; } = "Custom";

    /// <summary>The size that the image is resampled to.</summary>
    /// <value>Short side 256, long side truncated.</value>
    public ResizeRule Resize { get; init; } = ResizeRule.ShortSide(256);

    /// <summary>How the image is resampled.</summary>
    /// <value><see cref="Interpolation.PillowBilinear"/>.</value>
    public Interpolation Interpolation { get; init; } = Interpolation.PillowBilinear;

    /// <summary>The center crop that becomes the input; at most as large as what <see cref="Resize"/> makes.</summary>
    /// <value>224x224.</value>
    public CropRule Crop { get; init; } = new(224, 224);

    /// <summary>The order of the color planes.</summary>
    /// <value><see cref="ChannelOrder.Rgb"/>.</value>
    public ChannelOrder Channels { get; init; } = ChannelOrder.Rgb;

    /// <summary>The range of the values before mean and standard deviation.</summary>
    /// <value><see cref="ValueRange.ZeroToOne"/>.</value>
    public ValueRange Range { get; init; } = ValueRange.ZeroToOne;

    /// <summary>Subtracted from every value; in the order of <see cref="Channels"/>, in the unit of <see cref="Range"/>.</summary>
    /// <value>ImageNet's: 0.485, 0.456, 0.406.</value>
    public ChannelValues Mean { get; init; } = ImageNetMean;

    /// <summary>What every value is divided by, after the mean; in the order of <see cref="Channels"/>, in the unit of <see cref="Range"/>, greater than 0.</summary>
    /// <value>ImageNet's: 0.229, 0.224, 0.225.</value>
    public ChannelValues Std { get; init; } = ImageNetStd;

    /// <summary>Whether an image's EXIF orientation is applied when it is decoded.</summary>
    /// <value>true.</value>
    public bool AutoOrient { get; init; } = true;

    /// <summary>
    /// Whether a JPEG image far larger than needed is decoded at 1/2, 1/4 or 1/8 of its size: the smallest of these that leaves both sides at least twice as
    /// long as <see cref="Resize"/> will make them. Faster for large images, but nearly every pixel of the input changes a little where an image is shrunk,
    /// more so with the OpenCV interpolations, which do not average. Smaller images and other formats are decoded as ever.
    /// </summary>
    /// <remarks>Off in every built-in profile: these promise the exact pixels that the published accuracies were measured with.</remarks>
    /// <value>false.</value>
    public bool ShrinkOnLoad { get; init; }

    /// <summary>Finds a built-in profile by name, whatever the case.</summary>
    /// <param name="name">The name of one of <see cref="All"/>.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="ArgumentException">There is no such profile; the message lists those that there are.</exception>
    public static PreprocessingProfile Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"There is no preprocessing profile '{name}'. Built in: {string.Join(", ", All.Select(p => p.Name))}.", nameof(name));
    }

    /// <summary>The same recipe for another input size: crop and resize keep the proportion that they have.</summary>
    /// <param name="width">The input's columns, at least 1.</param>
    /// <param name="height">The input's rows, at least 1.</param>
    /// <returns>The changed profile.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is less than 1.</exception>
    public PreprocessingProfile WithCrop(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (width == Crop.Width && height == Crop.Height)
        {
            return this;
        }

        int Scale(int side, int resized, int cropped) => (int)Math.Max(side, Math.Round((double)side * resized / cropped));
        return this with
        {
            Name = $"{Name} {width}x{height}",
            Crop = Crop with { Width = width, Height = height },
            Resize = Resize.KeepsAspectRatio
                ? ResizeRule.ShortSide(Math.Max(Scale(width, Resize.Width, Crop.Width), Scale(height, Resize.Height, Crop.Height)), Resize.Rounding)
                : ResizeRule.Squash(Scale(width, Resize.Width, Crop.Width), Scale(height, Resize.Height, Crop.Height)),
        };
    }

    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    internal void Validate()
    {
        if (Crop.Width < 1 || Crop.Height < 1)
        {
            throw new ArgumentException($"Profile '{Name}': the crop is {Crop.Width}x{Crop.Height}; both sides must be at least 1.");
        }

        if ((long)Crop.Width * Crop.Height > LargestCrop)
        {
            throw new ArgumentException($"Profile '{Name}': the crop {Crop.Width}x{Crop.Height} has more than {LargestCrop} pixels.");
        }

        if (Crop.Width > Resize.Width || Crop.Height > Resize.Height)
        {
            throw new ArgumentException(
                $"Profile '{Name}': the crop {Crop.Width}x{Crop.Height} is larger than the resized image ({Resize.Width}x{Resize.Height} at least). Make Resize larger or Crop smaller.");
        }

        for (int channel = 0; channel < 3; channel++)
        {
            if (!float.IsFinite(Mean[channel]))
            {
                throw new ArgumentException($"Profile '{Name}': the mean {Mean[channel]} of channel {channel} is not a finite number.");
            }

            if (!float.IsFinite(Std[channel]) || Std[channel] <= 0)
            {
                throw new ArgumentException($"Profile '{Name}': the standard deviation {Std[channel]} of channel {channel} must be finite and greater than 0.");
            }
        }
    }
}
