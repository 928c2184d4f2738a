namespace ResNet.Net.Tests;

public class PreprocessorTests
{
    [Theory]
    [InlineData(nameof(PreprocessingProfile.Mxnet))]
    [InlineData(nameof(PreprocessingProfile.MxnetShortSide))]
    [InlineData(nameof(PreprocessingProfile.OnnxRuntimeNotebook))]
    [InlineData(nameof(PreprocessingProfile.Caffe2))]
    [InlineData(nameof(PreprocessingProfile.Caffe2Area))]
    [InlineData(nameof(PreprocessingProfile.Caffe2Legacy))]
    [InlineData(nameof(PreprocessingProfile.Torchvision))]
    [InlineData(nameof(PreprocessingProfile.HuggingFace))]
    [InlineData(nameof(PreprocessingProfile.TimmBicubic))]
    [InlineData(nameof(PreprocessingProfile.Keras))]
    [InlineData(nameof(PreprocessingProfile.Cifar10))]
    public void Run_UniformImage_EqualsTheFormulaInEveryPlane(string profileName)
    {
        PreprocessingProfile profile = PreprocessingProfile.Parse(profileName);
        byte[] color = [200, 100, 50];
        byte[] pixels = [.. Enumerable.Repeat(color, 40 * 30).SelectMany(c => c)];

        float[] planes = Run(profile, new PixelView(pixels, 40, 30));

        int count = profile.Crop.Width * profile.Crop.Height;
        for (int plane = 0; plane < 3; plane++)
        {
            byte value = color[profile.Channels == ChannelOrder.Bgr ? 2 - plane : plane];
            double scaled = profile.Range == ValueRange.ZeroToOne ? value / 255.0 : value;
            float mean = plane == 0 ? profile.Mean.First : plane == 1 ? profile.Mean.Second : profile.Mean.Third;
            float std = plane == 0 ? profile.Std.First : plane == 1 ? profile.Std.Second : profile.Std.Third;
            double expected = (scaled - mean) / std;
            planes.Skip(plane * count).Take(count).Should().OnlyContain(v => Math.Abs(v - expected) < 1e-5, $"plane {plane}");
        }
    }

    [Fact]
    public void Run_Caffe2_EqualsTheUnitRangeInReverseOrder()
    {
        PreprocessingProfile unit = PreprocessingProfile.Caffe2 with
        {
            Channels = ChannelOrder.Rgb,
            Range = ValueRange.ZeroToOne,
            Mean = PreprocessingProfile.Mxnet.Mean,
            Std = PreprocessingProfile.Mxnet.Std,
        };
        byte[] pixels = RandomPixels(300, 200, seed: 1);
        PixelView view = new(pixels, 300, 200);

        float[] caffe2 = Run(PreprocessingProfile.Caffe2, view);
        float[] rgb = Run(unit, view);

        int count = 224 * 224;
        for (int plane = 0; plane < 3; plane++)
        {
            IEnumerable<float> swapped = rgb.Skip((2 - plane) * count).Take(count);
            caffe2.Skip(plane * count).Take(count).Zip(swapped, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(2e-5f);
        }
    }

    [Theory]
    [InlineData(500, 375)]
    [InlineData(333, 500)]
    [InlineData(401, 300)]
    [InlineData(1024, 512)]
    public void Run_Caffe2Area_EqualsCaffe2sOwnEvaluation(int width, int height)
    {
        // The steps of image_input_op.h for scale=256, crop=224, color=3 and the mean and deviation of the published command.
        byte[] rgb = RandomPixels(width, height, seed: 3);
        (int newWidth, int newHeight) = width < height
            ? (256, (int)((float)height * 256 / width))
            : ((int)((float)width * 256 / height), 256);
        byte[] resized = OpenCvAreaReference.Resize(rgb, width, height, 3, newWidth, newHeight);
        (int left, int top) = ((newWidth - 224) / 2, (newHeight - 224) / 2);
        float[] mean = [0.406f * 255, 0.456f * 255, 0.485f * 255], deviation = [0.225f * 255, 0.224f * 255, 0.229f * 255];

        float[] planes = Run(PreprocessingProfile.Caffe2Area, new PixelView(rgb, width, height));

        double largest = 0;
        for (int i = 0; i < planes.Length; i++)
        {
            (int bgr, int y, int x) = (i / (224 * 224), i / 224 % 224, i % 224);
            byte pixel = resized[((((top + y) * newWidth) + left + x) * 3) + 2 - bgr];
            largest = Math.Max(largest, Math.Abs(planes[i] - ((pixel - mean[bgr]) / deviation[bgr])));
        }

        largest.Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Run_Cifar10On32x32_DoesNotResample()
    {
        byte[] pixels = RandomPixels(32, 32, seed: 2);
        PreprocessingProfile profile = PreprocessingProfile.Cifar10;

        float[] planes = Run(profile, new PixelView(pixels, 32, 32));

        for (int i = 0; i < 32 * 32; i++)
        {
            planes[i].Should().BeApproximately(((pixels[3 * i] / 255f) - profile.Mean.First) / profile.Std.First, 1e-5f);
            planes[i + 1024].Should().BeApproximately(((pixels[(3 * i) + 1] / 255f) - profile.Mean.Second) / profile.Std.Second, 1e-5f);
            planes[i + 2048].Should().BeApproximately(((pixels[(3 * i) + 2] / 255f) - profile.Mean.Third) / profile.Std.Third, 1e-5f);
        }
    }

    [Fact]
    public void Run_ReusedScratch_ReturnsTheSameTensor()
    {
        PreprocessingScratch scratch = new();
        Preprocessor preprocessor = new(PreprocessingProfile.Torchvision);
        byte[] large = RandomPixels(900, 700, seed: 3);
        byte[] small = RandomPixels(90, 70, seed: 4);
        float[] first = new float[3 * 224 * 224];
        float[] second = new float[3 * 224 * 224];

        preprocessor.Run(new PixelView(small, 90, 70), first, scratch);
        preprocessor.Run(new PixelView(large, 900, 700), second, scratch);
        preprocessor.Run(new PixelView(small, 90, 70), second, scratch);

        second.Should().Equal(first);
    }

    [Fact]
    public void Run_ScratchSharedByProfiles_ReturnsTheSameTensor()
    {
        // The scratch memory caches a filter while geometry and interpolation stay the same.
        PreprocessingScratch scratch = new();
        byte[] pixels = RandomPixels(300, 200, seed: 5);
        PreprocessingProfile[] profiles =
        [
            .. PreprocessingProfile.All,
            .. PreprocessingProfile.All.Select(p => p with { Resize = ResizeRule.Squash(256, 256) }),
            .. PreprocessingProfile.All.Select(p => p with { Resize = ResizeRule.Squash(256, 256), Crop = new CropRule(200, 224) }),
        ];
        foreach (PreprocessingProfile profile in profiles.Concat(profiles.Reverse()))
        {
            float[] expected = Run(profile, new PixelView(pixels, 300, 200));
            float[] actual = new float[expected.Length];
            for (int i = 0; i < 2; i++)
            {
                new Preprocessor(profile).Run(new PixelView(pixels, 300, 200), actual, scratch);

                actual.Should().Equal(expected, profile.ToString());
            }
        }
    }

    [Fact]
    public void Run_ExtremeAspectRatio_FillsTheWholeInput()
    {
        foreach ((int width, int height) in new[] { (1, 4000), (4000, 1), (3, 2000), (1, 1), (2, 2) })
        {
            byte[] pixels = RandomPixels(width, height, seed: width);
            foreach (PreprocessingProfile profile in PreprocessingProfile.All)
            {
                float[] planes = new float[3 * profile.Crop.Width * profile.Crop.Height];
                Array.Fill(planes, float.NaN);

                new Preprocessor(profile).Run(new PixelView(pixels, width, height), planes, new PreprocessingScratch());

                planes.Should().NotContain(float.NaN, $"{profile.Name} {width}x{height}");
            }
        }
    }

    [Fact]
    public void Run_EveryByteValue_IsWithinFloatPrecisionOfTheFormula()
    {
        foreach (PreprocessingProfile profile in PreprocessingProfile.All)
        {
            PreprocessingProfile copy = profile with { Resize = ResizeRule.Squash(256, 1), Crop = new CropRule(256, 1) };
            byte[] pixels = [.. Enumerable.Range(0, 256).SelectMany(value => Enumerable.Repeat((byte)value, 3))];

            float[] planes = Run(copy, new PixelView(pixels, 256, 1));

            double range = profile.Range == ValueRange.ZeroToOne ? 1 : 255;
            double worst = 0;
            for (int i = 0; i < planes.Length; i++)
            {
                double expected = ((i % 256 / 255.0 * range) - profile.Mean[i / 256]) / profile.Std[i / 256];
                worst = Math.Max(worst, Math.Abs(planes[i] - expected));
            }

            // Values of Keras are not divided: float32 has steps of 8e-6 near their ends.
            worst.Should().BeLessThan(profile == PreprocessingProfile.Keras ? 8e-6 : 4e-7, profile.Name);
        }
    }

    [Fact]
    public void Run_FilterBeyondArrayLength_ThrowsWithTheSizes()
    {
        // 1.6 billion columns shrink to 256, so each of 224 columns has more than 12 million weights. The row is mapped but never written.
        using GuardedMemory row = new(1_600_000_000);
        PreprocessingProfile profile = PreprocessingProfile.Torchvision with { Resize = ResizeRule.Squash(256, 256) };

        Action run = () => new Preprocessor(profile).Run(
            new PixelView(row.Span, 1_600_000_000, 1, PixelFormat.Gray8), new float[3 * 224 * 224], new PreprocessingScratch());

        run.Should().Throw<ArgumentException>().WithMessage("*1600000000x1*256x256*224x224*");
    }

    [Fact]
    public void Run_TensorTooShort_ThrowsWithBothLengths()
    {
        byte[] pixels = new byte[40 * 30 * 3];
        foreach (PreprocessingProfile profile in PreprocessingProfile.All)
        {
            int needed = 3 * profile.Crop.Width * profile.Crop.Height;

            Action run = ()
                => new Preprocessor(profile).Run(new PixelView(pixels, 40, 30), new float[needed - 1], new PreprocessingScratch());

            run.Should().Throw<ArgumentException>().WithMessage($"*{needed} values*{needed - 1}*");
        }
    }

    [Theory]
    [InlineData(PixelFormat.Rgb24)]
    [InlineData(PixelFormat.Bgra32)]
    [InlineData(PixelFormat.Gray8)]
    public void Run_SteadyState_AllocatesNothing(PixelFormat format)
    {
        byte[] pixels = RandomPixels(500, 500, seed: 6);
        float[] planes = new float[10 * 3 * 224 * 224];
        foreach (PreprocessingProfile profile in PreprocessingProfile.All.Where(p => p.Crop.Width == 224))
        {
            foreach (CropSampling sampling in Enum.GetValues<CropSampling>())
            {
                foreach (SimdWidth width in SimdSelection.Supported)
                {
                    Preprocessor preprocessor = new(profile, sampling, width);
                    PreprocessingScratch scratch = new();
                    int stride = 500 * PixelView.GetBytesPerPixel(format);
                    void Run() => preprocessor.Run(new PixelView(pixels, 500, 375, format, stride), planes, scratch);
                    Run();

                    Allocations.Of(Run).Should().Be(0, $"{profile.Name} {sampling} {width}");
                }
            }
        }
    }

    [Theory]
    [InlineData(400, 300)] // the crops overlap and are resampled once
    [InlineData(40, 600)] // the crops are far apart and resampled separately
    [InlineData(64, 64)] // no resampling
    public void Run_TenCrop_ReturnsCornersAndCenterAndTheirMirrorImages(int width, int height)
    {
        PreprocessingProfile profile = PreprocessingProfile.Torchvision with
        {
            Resize = ResizeRule.ShortSide(64),
            Crop = new CropRule(48, 40, CropRounding.HalfToEven),
        };
        byte[] pixels = RandomPixels(width, height, seed: 7);
        (int scaledWidth, int scaledHeight) = profile.Resize.Apply(width, height);
        byte[] scaled = PillowReference.Resize(pixels, width, height, 3, scaledWidth, scaledHeight);
        float[] actual = new float[10 * 3 * 40 * 48];
        Preprocessor preprocessor = new(profile, CropSampling.TenCrop);

        preprocessor.Run(new PixelView(pixels, width, height), actual, new PreprocessingScratch());

        preprocessor.CropCount.Should().Be(10);
        (int Left, int Top)[] origins =
        [
            (0, 0), (scaledWidth - 48, 0), (0, scaledHeight - 40), (scaledWidth - 48, scaledHeight - 40),
            (profile.Crop.Left(scaledWidth), profile.Crop.Top(scaledHeight)),
        ];
        Normalization normalization = new(profile);
        List<string> wrong = [];
        for (int i = 0; i < actual.Length; i++)
        {
            (int x, int y, int plane, int crop) = (i % 48, i / 48 % 40, i / (48 * 40) % 3, i / (48 * 40 * 3));
            (int left, int top) = origins[crop % 5];
            int column = crop < 5 ? x : 47 - x;
            byte value = scaled[((((top + y) * scaledWidth) + left + column) * 3) + plane];
            float expected = (value * normalization.Scale(plane)) + normalization.Offset(plane);
            if (actual[i] != expected)
            {
                wrong.Add($"crop {crop}, plane {plane}, row {y}, column {x}: {actual[i]} instead of {expected}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [Fact]
    public void Run_TenCropOfVeryLongImage_Succeeds()
    {
        // With the short side at 256 pixels, the resampled image would be 5.1 million pixels long.
        byte[] pixels = RandomPixels(20_000, 1, seed: 8);
        float[] planes = new float[10 * 3 * 224 * 224];
        Array.Fill(planes, float.NaN);

        Preprocessor preprocessor = new(PreprocessingProfile.Torchvision, CropSampling.TenCrop);
        preprocessor.Run(new PixelView(pixels, 20_000, 1), planes, new PreprocessingScratch());

        planes.Should().NotContain(float.NaN);
    }

    private static float[] Run(PreprocessingProfile profile, PixelView view)
    {
        float[] planes = new float[3 * profile.Crop.Width * profile.Crop.Height];
        new Preprocessor(profile).Run(view, planes, new PreprocessingScratch());
        return planes;
    }

    private static byte[] RandomPixels(int width, int height, int seed)
    {
        byte[] pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }
}
