using System.Text.Json;

namespace ResNet.Net;

/// <summary>
/// Converts the preprocessing files of Hugging Face (preprocessor_config.json) and timm (config.json) to profiles. Steps that a profile
/// cannot express are refused by name.
/// </summary>
internal sealed class PreprocessorConfig
{
    private const double DefaultTimmCrop = 0.875;
    private const double DefaultConvNextCrop = 224.0 / 256;

    // From this size on, ConvNextImageProcessor ignores the aspect ratio and does not crop.
    private const int ConvNextSquashSize = 384;

    private static readonly JsonDocumentOptions JsonOptions
        = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>The Python constants of Pillow's filters, by value.</summary>
    private static readonly string[] Filters = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

    /// <summary>The image processors without their suffix, and the settings that they imply.</summary>
    private static readonly Dictionary<string, Defaults> Processors = new(StringComparer.Ordinal)
    {
        ["ConvNext"] = new(Filter: 3, CropsByPercentage: true),
        ["Bit"] = new(Filter: 3, CropSize: 224),
        ["CLIP"] = new(Filter: 3, CropSize: 224),
        ["ViT"] = new(Filter: 2, SquashesNumbers: true),
        ["Pvt"] = new(Filter: 2, SquashesNumbers: true),
        ["DeiT"] = new(Filter: 3, SquashesNumbers: true, CropSize: 224),
        ["Beit"] = new(Filter: 3, SquashesNumbers: true, CropSize: 224),
        ["MobileNetV1"] = new(Filter: 2, CropSize: 224),
        ["MobileNetV2"] = new(Filter: 2, CropSize: 224),
        ["EfficientNet"] = new(Filter: 0, SquashesNumbers: true),
    };

    // Steps that are expressed in the profile, or that do not change the input of a classifier.
    private static readonly HashSet<string> KnownSteps = new(StringComparer.Ordinal)
    {
        "do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb", "do_reduce_labels",
    };

    private readonly JsonElement _root;
    private readonly string _source;

    private PreprocessorConfig(JsonElement root, string source)
    {
        _root = root;
        _source = source;
    }

    /// <summary>Reads a profile.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="source">The name of the file in messages.</param>
    /// <exception cref="ResNetException">The text is no such file, or asks for something that a profile cannot express.</exception>
    public static PreprocessingProfile Read(Stream utf8, string source)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, JsonOptions);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new ResNetException($"{source} contains a JSON {root.ValueKind}, but an object is expected.");
            }

            if (root.TryGetProperty("pretrained_cfg", out JsonElement timm) && timm.ValueKind == JsonValueKind.Object)
            {
                return new PreprocessorConfig(timm, source).ReadTimm();
            }

            PreprocessorConfig config = new(root, source);
            return root.TryGetProperty("input_size", out _) && root.TryGetProperty("interpolation", out _)
                ? config.ReadTimm()
                : config.ReadTransformers();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // text that is not valid UTF-16
        {
            throw new ResNetException($"{source} is not valid JSON: {exception.Message}", exception);
        }
    }

    private PreprocessingProfile ReadTransformers()
    {
        string type = Text("image_processor_type") ?? Text("feature_extractor_type")
            ?? throw Failure("has neither 'image_processor_type' nor 'feature_extractor_type'. Pass a preprocessor_config.json");
        if (!Processors.TryGetValue(Family(type), out Defaults defaults))
        {
            throw Failure(
                $"is for '{type}', which is not supported. Supported are {string.Join(", ", Processors.Keys)} "
                + "with the suffix ImageProcessor or FeatureExtractor. Create the profile in code instead");
        }

        RefuseUnknownSteps();
        (ResizeRule resize, CropRule crop) = Geometry(type, defaults);
        (ValueRange range, double factor) = Rescale();
        bool normalizes = Flag("do_normalize", true);
        double[] mean = normalizes ? Channels("image_mean") : [0, 0, 0];
        double[] std = normalizes ? Channels("image_std") : [1, 1, 1];
        if (normalizes && Family(type) == "EfficientNet" && Flag("include_top", true))
        {
            // It divides by the standard deviation twice.
            std = [.. std.Select(value => value * value)];
        }

        return Checked(new PreprocessingProfile
        {
            Name = $"{type} {crop.Width}x{crop.Height}",
            Resize = resize,
            Interpolation = FilterOf(Number("resample") is double code ? FilterName(code) : Filters[defaults.Filter], "resample"),
            Crop = crop,
            Range = range,
            Mean = Values(mean, factor),
            Std = Values(std, factor),
        });
    }

    private PreprocessingProfile ReadTimm()
    {
        if (Text("crop_mode") is string mode and not ("center" or "squash"))
        {
            throw Failure($"has the 'crop_mode' '{mode}', which is not supported. Supported are center and squash");
        }

        double[] size = Numbers("input_size");
        if (size.Length != 3 || size[0] != 3)
        {
            throw Failure($"has the 'input_size' [{string.Join(", ", size)}], but [3, height, width] is expected");
        }

        (int width, int height) = (Side(size[2], "input_size"), Side(size[1], "input_size"));
        double fraction = Number("crop_pct") ?? DefaultTimmCrop;
        int resizedWidth = Side(Math.Floor(width / fraction), "crop_pct");
        int resizedHeight = Side(Math.Floor(height / fraction), "crop_pct");
        bool isSquash = Text("crop_mode") == "squash";
        if (!isSquash && width != height)
        {
            throw Failure(
                $"has the 'input_size' {width}x{height} with the 'crop_mode' center, which is supported for square inputs only. "
                + "Create the profile in code instead");
        }

        return Checked(new PreprocessingProfile
        {
            Name = $"timm {width}x{height}",
            Resize = isSquash ? ResizeRule.Squash(resizedWidth, resizedHeight) : ResizeRule.ShortSide(resizedWidth),
            Interpolation = FilterOf(Text("interpolation") ?? "bilinear", "interpolation"),
            Crop = new CropRule(width, height, CropRounding.HalfToEven),
            Mean = Values(Channels("mean"), 1),
            Std = Values(Channels("std"), 1),
        });
    }

    private (ResizeRule Resize, CropRule Crop) Geometry(string type, Defaults defaults)
    {
        if (!Flag("do_resize", true))
        {
            throw Failure("sets 'do_resize' to false, but a profile always resizes. Resize in code and create the profile there");
        }

        if (!_root.TryGetProperty("size", out JsonElement size))
        {
            throw Failure("has no 'size'");
        }

        (int width, int height, bool keepsAspectRatio) = Size(size, "size", defaults.SquashesNumbers);
        if (defaults.CropsByPercentage)
        {
            double fraction = Number("crop_pct") ?? DefaultConvNextCrop;
            return !keepsAspectRatio
                ? throw Failure($"has a 'size' with height and width, but {type} expects 'shortest_edge'")
                : width < ConvNextSquashSize
                    ? (ResizeRule.ShortSide(Side(Math.Truncate(width / fraction), "crop_pct")), new CropRule(width, width))
                    : (ResizeRule.Squash(width, width), new CropRule(width, width));
        }

        ResizeRule resize = keepsAspectRatio ? ResizeRule.ShortSide(width) : ResizeRule.Squash(width, height);
        if (Flag("do_center_crop", defaults.CropSize is not null))
        {
            return (resize, Crop(defaults.CropSize));
        }

        return keepsAspectRatio
            ? throw Failure("sets 'shortest_edge' without 'do_center_crop', so that inputs differ in size. A model input has one size")
            : (resize, new CropRule(width, height));
    }

    private CropRule Crop(int? defaultSize)
    {
        if (_root.TryGetProperty("crop_size", out JsonElement size))
        {
            (int width, int height, _) = Size(size, "crop_size", squashesNumbers: true);
            return new CropRule(width, height);
        }

        return defaultSize is int side ? new CropRule(side, side) : throw Failure("sets 'do_center_crop' without 'crop_size'");
    }

    private (int Width, int Height, bool KeepsAspectRatio) Size(JsonElement size, string key, bool squashesNumbers)
    {
        if (size.ValueKind == JsonValueKind.Number)
        {
            int side = Side(size.GetDouble(), key);
            return (side, side, !squashesNumbers);
        }

        if (size.ValueKind == JsonValueKind.Object)
        {
            string[] keys = [.. size.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => p.Name).Order()];
            switch (keys)
            {
                case ["height", "width"]:
                    return (SideOf(size, "width", key), SideOf(size, "height", key), false);
                case ["shortest_edge"]:
                    int side = SideOf(size, "shortest_edge", key);
                    return (side, side, true);
                default:
                    throw Failure(
                        $"has a '{key}' with the entries {string.Join(", ", keys)}, which is not supported. "
                        + "Supported are shortest_edge, or height and width");
            }
        }

        throw Failure($"has a '{key}' that is neither a number nor an object: {size.GetRawText()}");
    }

    private (ValueRange Range, double Factor) Rescale()
    {
        if (Flag("rescale_offset", false))
        {
            throw Failure("sets 'rescale_offset', which is not supported");
        }

        double factor = Flag("do_rescale", true) ? Number("rescale_factor") ?? (1 / 255.0) : 1;
        if (!double.IsFinite(factor) || factor <= 0)
        {
            throw Failure($"has the 'rescale_factor' {factor}, which is not greater than 0");
        }

        // Any other factor is applied to the mean and the standard deviation instead.
        return Math.Abs(factor - (1 / 255.0)) < 1e-9 ? (ValueRange.ZeroToOne, 1) : (ValueRange.ZeroTo255, factor);
    }

    private void RefuseUnknownSteps()
    {
        foreach (JsonProperty property in _root.EnumerateObject())
        {
            if (property.Name.StartsWith("do_", StringComparison.Ordinal)
                && property.Value.ValueKind == JsonValueKind.True
                && !KnownSteps.Contains(property.Name))
            {
                throw Failure($"sets '{property.Name}', which is not supported");
            }
        }
    }

    private Interpolation FilterOf(string name, string key) => name switch
    {
        "bilinear" => Interpolation.PillowBilinear,
        "bicubic" => Interpolation.PillowBicubic,
        _ => throw Failure($"has the '{key}' {name}, which is not supported. Supported are bilinear (2) and bicubic (3)"),
    };

    private static string FilterName(double code)
        => code >= 0 && code < Filters.Length && code == Math.Floor(code) ? Filters[(int)code] : $"{code}";

    private double[] Channels(string key)
    {
        double[] values = Numbers(key);
        return values.Length switch
        {
            3 => values,
            1 when _root.GetProperty(key).ValueKind == JsonValueKind.Number => [values[0], values[0], values[0]],
            _ => throw Failure($"has {values.Length} values in '{key}', but three are expected, one per color"),
        };
    }

    private double[] Numbers(string key)
    {
        if (!_root.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            throw Failure($"has no '{key}'");
        }

        return value.ValueKind == JsonValueKind.Number ? [value.GetDouble()]
            : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
                ? [.. value.EnumerateArray().Select(item => item.GetDouble())]
            : throw Failure($"has a '{key}' that is no list of numbers: {value.GetRawText()}");
    }

    private double? Number(string key) => !_root.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : throw Failure($"has a '{key}' that is no number: {value.GetRawText()}");

    private bool Flag(string key, bool defaultValue)
        => !_root.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? defaultValue
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Failure($"has a '{key}' that is neither true nor false: {value.GetRawText()}");

    private string? Text(string key) => !_root.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Failure($"has a '{key}' that is no text: {value.GetRawText()}");

    private int SideOf(JsonElement size, string entry, string key)
    {
        JsonElement value = size.GetProperty(entry);
        return value.ValueKind == JsonValueKind.Number
            ? Side(value.GetDouble(), key)
            : throw Failure($"has a '{key}' whose entry {entry} is no number: {value.GetRawText()}");
    }

    private int Side(double value, string key) => value is >= 1 and < 32_768 && value == Math.Floor(value)
        ? (int)value
        : throw Failure($"results in {value} pixels by its '{key}', but a whole number from 1 to 32767 is expected");

    private PreprocessingProfile Checked(PreprocessingProfile profile)
    {
        try
        {
            profile.Validate();
            return profile;
        }
        catch (ArgumentException exception)
        {
            throw new ResNetException($"{_source} is not supported. {exception.Message}", exception);
        }
    }

    private static string Family(string type)
    {
        string name = type.EndsWith("Fast", StringComparison.Ordinal) ? type[..^4] : type;
        foreach (string suffix in new[] { "ImageProcessor", "FeatureExtractor" })
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
            {
                return name[..^suffix.Length];
            }
        }

        return name;
    }

    private static ChannelValues Values(double[] values, double factor)
        => new((float)(values[0] / factor), (float)(values[1] / factor), (float)(values[2] / factor));

    private ResNetException Failure(string problem) => new($"{_source} {problem}.");

    /// <param name="Filter">The filter without 'resample'.</param>
    /// <param name="SquashesNumbers">Whether a single number in 'size' is both sides, not the short one.</param>
    /// <param name="CropSize">The size of the center crop without 'crop_size'; <see langword="null"/> for no crop.</param>
    /// <param name="CropsByPercentage">Whether 'size' is the crop, and 'crop_pct' its part of the resized image.</param>
    private readonly record struct Defaults(int Filter, bool SquashesNumbers = false, int? CropSize = null, bool CropsByPercentage = false);
}
