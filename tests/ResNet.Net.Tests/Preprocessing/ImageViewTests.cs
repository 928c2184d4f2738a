namespace ResNet.Net.Tests;

/// <summary>Compares views with images that are cropped and mirrored by hand.</summary>
public class ImageViewTests
{
    private static readonly Interpolation[] Interpolations = Enum.GetValues<Interpolation>();

    [Fact]
    public void Run_OwnView_EqualsTheClassifiersInput()
    {
        byte[] pixels = RandomPixels(3 * 91 * 60);

        Run(PreprocessingProfile.Torchvision, new PixelView(pixels, 91, 60), default)
            .Should().Equal(RunPlain(PreprocessingProfile.Torchvision, new PixelView(pixels, 91, 60)));
    }

    [Theory]
    [InlineData(PixelFormat.Rgb24)]
    [InlineData(PixelFormat.Bgra32)]
    [InlineData(PixelFormat.Gray8)]
    public void Run_Windows_EqualTheCroppedImage(PixelFormat format)
    {
        Random random = new(4);
        int bytes = PixelView.GetBytesPerPixel(format);
        for (int time = 0; time < 60; time++)
        {
            (int width, int height, int padding) = (random.Next(1, 120), random.Next(1, 120), random.Next(5));
            (int inputWidth, int inputHeight) = (random.Next(8, 40), random.Next(8, 40));
            int stride = (width * bytes) + padding;
            byte[] pixels = RandomPixels(stride * height);
            bool isBottomUp = random.Next(2) == 0;
            ImageView view = new(0.2f + (0.8f * random.NextSingle()), random.Next(3) / 2f, random.NextSingle(), random.Next(2) == 0);
            PreprocessingProfile profile = PreprocessingProfile.Torchvision with
            {
                Resize = ResizeRule.ShortSide(50),
                Crop = new CropRule(inputWidth, inputHeight),
                Interpolation = Interpolations[time % Interpolations.Length],
            };

            double scale = Math.Min((double)width / inputWidth, (double)height / inputHeight) * view.Size;
            int columns = Math.Max((int)Math.Round(inputWidth * scale), 1), rows = Math.Max((int)Math.Round(inputHeight * scale), 1);
            int left = (int)Math.Round((width - columns) * view.X), top = (int)Math.Round((height - rows) * view.Y);
            byte[] cropped = new byte[columns * rows * bytes];
            for (int y = 0; y < rows; y++)
            {
                int row = isBottomUp ? height - 1 - (top + y) : top + y;
                pixels.AsSpan((row * stride) + (left * bytes), columns * bytes).CopyTo(cropped.AsSpan(y * columns * bytes));
            }

            float[] expected = RunPlain(
                profile with { Resize = ResizeRule.Squash(inputWidth, inputHeight) }, new PixelView(cropped, columns, rows, format));
            PixelView image = new(pixels, width, height, format, isBottomUp ? -stride : stride);

            Run(profile, image, view).Should().Equal(view.IsMirrored ? Mirrored(expected, inputWidth) : expected);
        }
    }

    [Fact]
    public void Run_Mirrored_EqualsTheMirroredPixels()
    {
        // Margins are even, so that the crop of the mirrored image is the mirrored crop.
        PreprocessingProfile profile
            = PreprocessingProfile.Torchvision with { Resize = ResizeRule.ShortSide(32), Crop = new CropRule(24, 24) };
        byte[] pixels = RandomPixels(3 * 64 * 64);
        byte[] mirrored = new byte[pixels.Length];
        for (int i = 0; i < 64 * 64; i++)
        {
            int x = i % 64, mirror = i - x + 63 - x;
            pixels.AsSpan(3 * i, 3).CopyTo(mirrored.AsSpan(3 * mirror));
        }

        float[] actual = Run(profile, new PixelView(pixels, 64, 64), new ImageView(0, 0, 0, IsMirrored: true));

        actual.Should().Equal(RunPlain(profile, new PixelView(mirrored, 64, 64)));
    }

    [Fact]
    public void Run_MeanImage_IsSubtractedFromTheMirroredImage()
    {
        PreprocessingProfile profile = PreprocessingProfile.Caffe2 with { Resize = ResizeRule.Squash(4, 4), Crop = new CropRule(4, 4) };
        float[] mean = [.. Enumerable.Range(0, 48).Select(i => (float)i)];
        byte[] pixels = RandomPixels(48);
        float[] plain = RunPlain(profile with { Mean = new ChannelValues(0, 0, 0) }, new PixelView(pixels, 4, 4));

        float[] actual = Run(
            profile with { MeanImage = new MeanImage(mean, 4, 4) }, new PixelView(pixels, 4, 4), new ImageView(0, 0, 0, IsMirrored: true));

        // A plane has 16 values.
        actual.Should().Equal(Mirrored(plain, 4).Select((value, i) => value - (mean[i] / profile.Std[i / 16])));
    }

    private static float[] Mirrored(float[] planes, int width)
        => [.. Enumerable.Range(0, planes.Length).Select(i => planes[i - (i % width) + width - 1 - (i % width)])];

    private static byte[] RandomPixels(int length)
    {
        byte[] pixels = new byte[length];
        new Random(length).NextBytes(pixels);
        return pixels;
    }

    private static float[] Run(PreprocessingProfile profile, PixelView image, ImageView view)
    {
        float[] planes = new float[3 * profile.Crop.Width * profile.Crop.Height];
        new Preprocessor(profile).Run(image, view, planes, new PreprocessingScratch());
        return planes;
    }

    private static float[] RunPlain(PreprocessingProfile profile, PixelView image)
    {
        float[] planes = new float[3 * profile.Crop.Width * profile.Crop.Height];
        new Preprocessor(profile).Run(image, planes, new PreprocessingScratch());
        return planes;
    }
}
