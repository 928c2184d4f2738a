using System.Text.Json;

namespace ResNet.Net.Page.Tests;

/// <summary>The preprocessing of the page against that of the library, for the same pixels.</summary>
[Collection(BrowserGroup.Name)]
public sealed class PreprocessingTests(Browser browser)
{
    // One step of a byte moves a value by 0.0039 at least.
    private const float Tolerance = 1e-5f;

    private static readonly PreprocessingProfile Wide = new()
    {
        Name = "Wide",
        Resize = ResizeRule.Squash(75, 60),
        Interpolation = Interpolation.PillowBicubic,
        Crop = new CropRule(64, 50, CropRounding.FloorOfHalves),
        Channels = ChannelOrder.Bgr,
        Range = ValueRange.ZeroTo255,
        Mean = new ChannelValues(103.939f, 116.779f, 123.68f),
        Std = new ChannelValues(1, 1.5f, 57.12f),
    };

    [BrowserTheory]
    [InlineData(nameof(PreprocessingProfile.Cifar10))]
    [InlineData(nameof(PreprocessingProfile.Torchvision))]
    [InlineData(nameof(PreprocessingProfile.MxnetShortSide))]
    [InlineData(nameof(PreprocessingProfile.HuggingFace))]
    [InlineData(nameof(PreprocessingProfile.TimmBicubic))]
    [InlineData(nameof(Wide))]
    public async Task Tensor_OfAnySize_EqualsTheLibrary(string name)
    {
        PreprocessingProfile profile = name == nameof(Wide) ? Wide : PreprocessingProfile.Parse(name);
        await using Tab tab = await browser.OpenAsync();
        (int, int)[] sizes = [(500, 375), (31, 47), (641, 479), (7, 90), (32, 32), (1, 1), (256, 301), (235, 235)];
        foreach ((int width, int height) in sizes)
        {
            byte[] pixels = new byte[4 * width * height];
            new Random(width).NextBytes(pixels);
            for (int i = 3; i < pixels.Length; i += 4)
            {
                pixels[i] = byte.MaxValue;
            }

            ImagePreprocessor preprocessor = new(profile);
            float[] expected = new float[preprocessor.Length];
            preprocessor.Preprocess(new PixelView(pixels, width, height, PixelFormat.Rgba32), expected);

            float[] actual = await TensorOfAsync(tab, profile, pixels, width, height);

            actual.Should().HaveSameCount(expected);
            actual.Zip(expected, (a, e) => Math.Abs(a - e) / Math.Max(1, Math.Abs(e))).Max()
                .Should().BeLessThan(Tolerance, $"{width}x{height}");
        }

        tab.ShouldHaveNoErrors();
    }

    private static async Task<float[]> TensorOfAsync(Tab tab, PreprocessingProfile profile, byte[] pixels, int width, int height)
    {
        const string Script = """
            async ({ profile, pixels, width, height }) => {
                const { cropOf, normalize } = await import('/js/preprocessing.js');
                const bytes = Uint8Array.from(atob(pixels), c => c.charCodeAt(0));
                const tensor = normalize(JSON.parse(profile), cropOf(JSON.parse(profile), bytes, width, height));
                const raw = new Uint8Array(tensor.buffer);
                let text = '';
                for (let i = 0; i < raw.length; i += 8192) {
                    text += String.fromCharCode(...raw.subarray(i, i + 8192));
                }
                return btoa(text);
            }
            """;
        string tensor = await tab.Page.EvaluateAsync<string>(
            Script, new { profile = JsonOf(profile), pixels = Convert.ToBase64String(pixels), width, height });
        byte[] raw = Convert.FromBase64String(tensor);
        float[] values = new float[raw.Length / sizeof(float)];
        Buffer.BlockCopy(raw, 0, values, 0, raw.Length);
        return values;
    }

    private static string JsonOf(PreprocessingProfile profile) => JsonSerializer.Serialize(new
    {
        resize = new
        {
            keepsAspectRatio = profile.Resize.KeepsAspectRatio,
            width = profile.Resize.Width,
            height = profile.Resize.Height,
            rounding = $"{profile.Resize.Rounding}",
        },
        interpolation = $"{profile.Interpolation}",
        crop = new { width = profile.Crop.Width, height = profile.Crop.Height, rounding = $"{profile.Crop.Rounding}" },
        channels = $"{profile.Channels}",
        range = $"{profile.Range}",
        mean = new[] { profile.Mean.First, profile.Mean.Second, profile.Mean.Third },
        std = new[] { profile.Std.First, profile.Std.Second, profile.Std.Third },
    });
}
