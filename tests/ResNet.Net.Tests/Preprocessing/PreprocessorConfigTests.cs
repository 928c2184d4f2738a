using System.Text;

namespace ResNet.Net.Tests;

/// <summary>Tests profiles that are read from files of Hugging Face and timm. The geometry expected is that of their Python code.</summary>
public class PreprocessorConfigTests
{
    private const string ImageNet = """
        "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]
        """;

    private const string Timm224 = """
        "input_size": [3, 224, 224], "interpolation": "bicubic"
        """;

    // The text of microsoft/resnet-50, 266 bytes.
    private const string ResNet50 = """
        {
          "crop_pct": 0.875,
          "do_normalize": true,
          "do_resize": true,
          "feature_extractor_type": "ConvNextFeatureExtractor",
          "image_mean": [
            0.485,
            0.456,
            0.406
          ],
          "image_std": [
            0.229,
            0.224,
            0.225
          ],
          "resample": 3,
          "size": 224
        }
        """;

    [Fact]
    public void FromPreprocessorConfig_MicrosoftResNet50_IsTheHuggingFaceProfile()
    {
        using TemporaryFolder folder = new();
        string path = folder["preprocessor_config.json"];
        File.WriteAllText(path, ResNet50);

        PreprocessingProfile profile = PreprocessingProfile.FromPreprocessorConfig(path);

        profile.Should().Be(PreprocessingProfile.HuggingFace with { Name = "ConvNextFeatureExtractor 224x224" });
    }

    [Theory]
    [InlineData("ConvNextImageProcessor", """ "size": {"shortest_edge": 224}, "crop_pct": 0.95 """, "short 235", 224, 224)]
    [InlineData("ConvNextImageProcessorFast", """ "size": {"shortest_edge": 288}""", "short 329", 288, 288)] // 288 / (224 / 256) = 329.14
    [InlineData("ConvNextImageProcessor", """ "size": {"shortest_edge": 384}, "crop_pct": 0.875 """, "384x384", 384, 384)]
    [InlineData("ViTFeatureExtractor", """ "size": 224 """, "224x224", 224, 224)]
    [InlineData("ViTImageProcessor", """ "size": {"height": 96, "width": 128} """, "128x96", 128, 96)]
    [InlineData("BitImageProcessor", """ "size": 256, "crop_size": {"height": 200, "width": 220}""", "short 256", 220, 200)]
    [InlineData("BitImageProcessor", """ "size": 256 """, "short 256", 224, 224)]
    [InlineData("BitImageProcessor", """ "do_center_crop": false, "size": {"height": 64, "width": 64} """, "64x64", 64, 64)]
    [InlineData("DeiTFeatureExtractor", """ "size": 256, "crop_size": 224 """, "256x256", 224, 224)]
    [InlineData("MobileNetV2ImageProcessor", """ "size": {"shortest_edge": 256}, "crop_size": 224 """, "short 256", 224, 224)]
    [InlineData("EfficientNetImageProcessor", """ "resample": 3, "include_top": false, "size": 240 """, "240x240", 240, 240)]
    public void FromPreprocessorConfig_Processor_HasItsGeometry(string type, string settings, string resize, int width, int height)
    {
        PreprocessingProfile profile = Read($$"""{ "image_processor_type": "{{type}}", {{settings}}, {{ImageNet}} }""");

        ResizeRule rule = profile.Resize;
        string actual = rule.KeepsAspectRatio ? $"short {rule.Width}" : $"{rule.Width}x{rule.Height}";
        actual.Should().Be(resize);
        profile.Crop.Should().Be(new CropRule(width, height, CropRounding.Floor));
        (profile.Mean, profile.Std, profile.Range)
            .Should().Be((PreprocessingProfile.Torchvision.Mean, PreprocessingProfile.Torchvision.Std, ValueRange.ZeroToOne));
    }

    [Theory]
    [InlineData("ViT", 2, Interpolation.PillowBilinear)]
    [InlineData("ViT", 3, Interpolation.PillowBicubic)]
    [InlineData("ViT", null, Interpolation.PillowBilinear)]
    [InlineData("Bit", null, Interpolation.PillowBicubic)]
    public void FromPreprocessorConfig_Resample_SelectsTheFilter(string family, int? code, Interpolation expected)
    {
        string resample = code is null ? "null" : $"{code}";

        Read($$"""{ "image_processor_type": "{{family}}ImageProcessor", "size": 224, "resample": {{resample}}, {{ImageNet}} }""")
            .Interpolation.Should().Be(expected);
    }

    [Theory]
    [InlineData(0, "nearest")]
    [InlineData(1, "lanczos")]
    [InlineData(4, "box")]
    [InlineData(5, "hamming")]
    [InlineData(6, "6")]
    public void FromPreprocessorConfig_OtherFilter_ThrowsWithItsName(int code, string name)
        => Reading($$"""{ "image_processor_type": "ViTImageProcessor", "size": 224, "resample": {{code}}, {{ImageNet}} }""")
            .Should().Throw<ResNetException>().WithMessage($"*'resample' {name}*bicubic (3)*");

    [Theory]
    [InlineData("\"rescale_factor\": 0.00392156862745098", 255)]
    [InlineData("\"rescale_factor\": 0.00784313725490196", 127.5)]
    [InlineData("\"do_rescale\": false", 1)]
    public void FromPreprocessorConfig_Rescale_GivesTheValuesOfTheFormula(string settings, double divisor)
    {
        PreprocessingProfile profile = Read(
            $$"""
            { "image_processor_type": "ViTImageProcessor", "size": 1, {{settings}},
              "image_mean": [0.5, 0.25, 1], "image_std": [0.5, 2, 4] }
            """);
        float[] tensor = new float[3];

        new ImagePreprocessor(profile).Preprocess(new PixelView([200, 100, 50], 1, 1), tensor);

        double[] expected = [((200 / divisor) - 0.5) / 0.5, ((100 / divisor) - 0.25) / 2, ((50 / divisor) - 1) / 4];
        tensor.Zip(expected, (a, e) => Math.Abs(a - e) / Math.Max(1, Math.Abs(e))).Max().Should().BeLessThan(1e-5);
    }

    [Fact]
    public void FromPreprocessorConfig_WithoutNormalization_ScalesOnly()
    {
        PreprocessingProfile profile = Read("""{ "image_processor_type": "BitImageProcessor", "size": 224, "do_normalize": false }""");

        (profile.Mean, profile.Std).Should().Be((new ChannelValues(0, 0, 0), new ChannelValues(1, 1, 1)));
        profile.Range.Should().Be(ValueRange.ZeroToOne);
    }

    [Fact]
    public void FromPreprocessorConfig_EfficientNetWithHead_DividesTwice()
        => Read("""
            { "image_processor_type": "EfficientNetImageProcessor", "size": 224, "resample": 2, "image_mean": 0, "image_std": 0.5 }
            """)
            .Std.Should().Be(new ChannelValues(0.25f, 0.25f, 0.25f));

    [Theory]
    [InlineData("""{ "image_processor_type": "DetrImageProcessor", "size": 224 }""", "*'DetrImageProcessor'*not supported*ConvNext*ViT*")]
    [InlineData("""{ "size": 224 }""", "*neither 'image_processor_type' nor 'feature_extractor_type'*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "do_resize": false, "size": 224 }""", "*'do_resize'*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "do_pad": true, "size": 224 }""", "*'do_pad'*not supported*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "do_flip_channel_order": true, "size": 2 }""", "*'do_flip_ch*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor" }""", "*no 'size'*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "size": "224" }""", "*'size'*neither a number nor an object*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "size": 224.5 }""", "*224.5 pixels*'size'*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "size": 0 }""", "*0 pixels*'size'*")]
    [InlineData("""{ "image_processor_type": "BitImageProcessor", "size": { "longest_edge": 3 } }""", "*longest_edge*")]
    [InlineData("""{ "image_processor_type": "BitImageProcessor", "size": 224, "do_center_crop": false }""", "*'do_center_crop'*")]
    [InlineData("""{ "image_processor_type": "ConvNextImageProcessor", "size": { "height": 224, "width": 224 } }""", "*'shortest_edge'*")]
    [InlineData("""{ "image_processor_type": "ConvNextImageProcessor", "size": 224, "crop_pct": 0 }""", "*'crop_pct'*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "size": 224 }""", "*no 'image_mean'*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "size": 224, "image_mean": [1, 2] }""", "*2 values in 'image_mean'*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "size": 224, "image_mean": 0, "image_std": 0 }""", "*deviation 0*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "size": 224, "rescale_factor": -1 }""", "*'rescale_factor' -1*")]
    [InlineData("""{ "image_processor_type": "ViTImageProcessor", "size": 224, "do_rescale": 1 }""", "*'do_rescale'*neither true*")]
    [InlineData("""{ "image_processor_type": "BitImageProcessor", "size": 200, "image_mean": 0, "image_std": 1 }""", "*224x224*200x200*")]
    [InlineData("[1, 2]", "*Array*object*")]
    [InlineData("{ \"size\": ", "*not valid JSON*")]
    public void FromPreprocessorConfig_NotSupported_ThrowsAndNamesIt(string json, string message)
        => Reading(json).Should().Throw<ResNetException>().WithMessage(message);

    [Theory]
    [InlineData("bicubic", 0.95, 224, "center", 235, Interpolation.PillowBicubic)] // floor(235.79)
    [InlineData("bilinear", 0.875, 224, "center", 256, Interpolation.PillowBilinear)]
    [InlineData("bicubic", 1.0, 288, "center", 288, Interpolation.PillowBicubic)]
    [InlineData("bicubic", 0.9, 160, "squash", 177, Interpolation.PillowBicubic)] // floor(177.78)
    public void FromPreprocessorConfig_Timm_HasItsGeometry(
        string filter, double crop, int side, string mode, int resized, Interpolation interpolation)
    {
        string settings = FormattableString.Invariant(
            $$"""
            "input_size": [3, {{side}}, {{side}}], "interpolation": "{{filter}}", "crop_pct": {{crop}}, "crop_mode": "{{mode}}",
            "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]
            """);
        PreprocessingProfile expected = new()
        {
            Name = $"timm {side}x{side}",
            Resize = mode == "squash" ? ResizeRule.Squash(resized, resized) : ResizeRule.ShortSide(resized),
            Interpolation = interpolation,
            Crop = new CropRule(side, side, CropRounding.HalfToEven),
        };

        Read($$"""{ "architecture": "resnet50", "pretrained_cfg": { {{settings}} } }""").Should().Be(expected);
        Read($$"""{ "architecture": "resnet50", {{settings}} }""").Should().Be(expected);
    }

    [Fact]
    public void FromPreprocessorConfig_TimmA1_IsTheTimmBicubicProfile()
        => Read("""
            { "pretrained_cfg": { "tag": "a1_in1k", "input_size": [3, 224, 224], "test_input_size": [3, 288, 288],
              "interpolation": "bicubic", "crop_pct": 0.95, "test_crop_pct": 1.0, "crop_mode": "center", "mean": [0.485, 0.456, 0.406],
              "std": [0.229, 0.224, 0.225] } }
            """)
            .Should().Be(PreprocessingProfile.TimmBicubic with { Name = "timm 224x224" });

    [Theory]
    [InlineData(Timm224 + ", \"crop_mode\": \"border\"", "*'crop_mode' 'border'*")]
    [InlineData("\"input_size\": [3, 224, 192], \"interpolation\": \"bicubic\"", "*192x224*square*")]
    [InlineData("\"input_size\": [1, 28, 28], \"interpolation\": \"bicubic\"", "*'input_size' [1, 28, 28]*")]
    [InlineData("\"input_size\": [3, 224, 224], \"interpolation\": \"random\"", "*'interpolation' random*")]
    [InlineData(Timm224, "*no 'mean'*")]
    public void FromPreprocessorConfig_TimmNotSupported_ThrowsAndNamesIt(string settings, string message)
        => Reading($$"""{ {{settings}} }""").Should().Throw<ResNetException>().WithMessage(message);

    [Fact]
    public void FromPreprocessorConfig_FileWithError_ThrowsWithItsPath()
    {
        using TemporaryFolder folder = new();
        string path = folder["preprocessor_config.json"];
        File.WriteAllText(path, "{}");

        Action read = () => PreprocessingProfile.FromPreprocessorConfig(path);

        read.Should().Throw<ResNetException>().WithMessage($"*{path}*");
    }

    private static Func<PreprocessingProfile> Reading(string json) => () => Read(json);

    private static PreprocessingProfile Read(string json)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(json));
        return PreprocessingProfile.FromPreprocessorConfig(stream);
    }
}
