using ResNet.Net.Internals.Preprocessing;

namespace ResNet.Net.Tests.Internals.Preprocessing;

public class PreprocessorTests
{
    [Theory]
    [InlineData(nameof(PreprocessingProfile.Mxnet))]
    [InlineData(nameof(PreprocessingProfile.MxnetShortSide))]
    [InlineData(nameof(PreprocessingProfile.OnnxRuntimeNotebook))]
    [InlineData(nameof(PreprocessingProfile.Caffe2))]
    [InlineData(nameof(PreprocessingProfile.Caffe2Legacy))]
    [InlineData(nameof(PreprocessingProfile.Torchvision))]
    [InlineData(nameof(PreprocessingProfile.Cifar10))]
    public void Run_PictureOfOneColour_IsTheFormulaInEveryPlane(string profileName)
    {
        PreprocessingProfile profile = PreprocessingProfile.Parse(profileName);
        byte[] colour = [200, 100, 50];
        byte[] pixels = [.. Enumerable.Repeat(colour, 40 * 30).SelectMany(c => c)];

        float[] planes = Run(profile, new PixelView(pixels, 40, 30));

        int count = profile.Crop.Width * profile.Crop.Height;
        for (int plane = 0; plane < 3; plane++)
        {
            byte value = colour[profile.Channels == ChannelOrder.Bgr ? 2 - plane : plane];
            double ranged = profile.Range == ValueRange.ZeroToOne ? value / 255.0 : value;
            float mean = plane == 0 ? profile.Mean.First : plane == 1 ? profile.Mean.Second : profile.Mean.Third;
            float std = plane == 0 ? profile.Std.First : plane == 1 ? profile.Std.Second : profile.Std.Third;
            planes.Skip(plane * count).Take(count).Should().OnlyContain(v => Math.Abs(v - ((ranged - mean) / std)) < 1e-5, $"plane {plane}");
        }
    }

    [Fact]
    public void Run_Caffe2_EqualsRgbInUnitRangeWithPlanesSwapped()
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

    [Fact]
    public void Run_Cifar10OnPictureOf32_TakesThePixelsAsTheyAre()
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
    public void Run_ScratchUsedBefore_GivesTheSame()
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
    public void Run_ExtremeAspectRatios_FillTheWholeInput()
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
    public void Run_SteadyState_AllocatesNothing()
    {
        byte[] pixels = RandomPixels(500, 375, seed: 6);
        float[] planes = new float[3 * 224 * 224];
        foreach (PreprocessingProfile profile in PreprocessingProfile.All.Where(p => p.Crop.Width == 224))
        {
            Preprocessor preprocessor = new(profile);
            PreprocessingScratch scratch = new();
            preprocessor.Run(new PixelView(pixels, 500, 375), planes, scratch);

            long before = GC.GetAllocatedBytesForCurrentThread();
            preprocessor.Run(new PixelView(pixels, 500, 375), planes, scratch);

            (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0, profile.Name);
        }
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
