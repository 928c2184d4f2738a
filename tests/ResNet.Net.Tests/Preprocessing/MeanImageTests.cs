namespace ResNet.Net.Tests;

public class MeanImageTests
{
    [Fact]
    public void Constructor_WrongLengthOrSize_ThrowsWithBothNumbers()
    {
        Action tooShort = () => _ = new MeanImage(new float[(3 * 5 * 4) - 1], 5, 4);
        Action empty = () => _ = new MeanImage([], 0, 4);

        tooShort.Should().Throw<ArgumentException>().WithMessage("*5x4*60 values*59*");
        empty.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("width");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Constructor_ValueThatIsNotFinite_ThrowsWithItsIndex(float value)
    {
        float[] values = new float[12];
        values[7] = value;

        Action create = () => _ = new MeanImage(values, 2, 2);

        create.Should().Throw<ArgumentException>().WithMessage("*index 7*");
    }

    [Fact]
    public void Constructor_ValuesChangedAfterward_KeepsItsCopy()
    {
        float[] values = Enumerable.Range(0, 12).Select(i => (float)i).ToArray();
        MeanImage image = new(values, 2, 2);

        values[0] = 100;

        image.Values[0].Should().Be(0);
    }

    [Fact]
    public void Equals_SameValues_IsTrueAndMakesProfilesEqual()
    {
        float[] values = Enumerable.Range(0, 12).Select(i => (float)i).ToArray();
        MeanImage image = new(values, 2, 2);
        MeanImage same = new(values, 2, 2);
        values[11] = 0;
        MeanImage otherValue = new(values, 2, 2);
        MeanImage otherShape = new(image.Values, 4, 1);

        image.Should().Be(same).And.NotBe(otherValue).And.NotBe(otherShape);
        image.GetHashCode().Should().Be(same.GetHashCode());
        image.ToString().Should().Be(same.ToString()).And.NotBe(otherValue.ToString());
        Profile(image).Should().Be(Profile(same)).And.NotBe(Profile(otherValue)).And.NotBe(Profile(null));
        Profile(image).ToString().Should().NotBe(Profile(otherValue).ToString());
    }

    [Fact]
    public void Validate_MeanImageOfAnotherSize_ThrowsWithBothSizes()
    {
        PreprocessingProfile profile = Profile(new MeanImage(new float[12], 2, 2)) with { Crop = new CropRule(2, 1) };

        profile.Invoking(p => p.Validate()).Should().Throw<ArgumentException>().WithMessage("*2x2*2x1*");
    }

    [Fact]
    public void WithCrop_ProfileWithMeanImage_ThrowsForAnotherSizeOnly()
    {
        PreprocessingProfile profile = Profile(new MeanImage(new float[12], 2, 2));

        profile.WithCrop(2, 2).Should().BeSameAs(profile);
        profile.Invoking(p => p.WithCrop(3, 2)).Should().Throw<InvalidOperationException>().WithMessage("*2x2*3x2*");
    }

    [Theory]
    [InlineData(CropSampling.Center)]
    [InlineData(CropSampling.TenCrop)]
    public void Run_MeanImage_IsSubtractedFromEveryCropBeforeDividing(CropSampling crops)
    {
        Random random = new(21);
        byte[] pixels = new byte[50 * 40 * 3];
        random.NextBytes(pixels);
        float[] mean = Enumerable.Range(0, 3 * 20 * 24).Select(_ => (float)(random.NextDouble() * 255)).ToArray();
        PreprocessingProfile plain = new()
        {
            Resize = ResizeRule.ShortSide(30),
            Crop = new CropRule(24, 20),
            Channels = ChannelOrder.Bgr,
            Range = ValueRange.ZeroTo255,
            Mean = new ChannelValues(0, 0, 0),
            Std = new ChannelValues(1, 1, 1),
        };
        PreprocessingProfile profile = plain with
        {
            Mean = new ChannelValues(1000, 1000, 1000), // replaced by the mean image
            Std = new ChannelValues(2, 4, 5),
            MeanImage = new MeanImage(mean, 24, 20),
        };

        float[] values = Run(plain, pixels, crops);
        float[] actual = Run(profile, pixels, crops);

        float[] std = [2, 4, 5];
        for (int i = 0; i < actual.Length; i++)
        {
            int index = i % mean.Length;
            double expected = (values[i] - mean[index]) / (double)std[index / (24 * 20)];
            actual[i].Should().BeApproximately((float)expected, 2e-5f);
        }
    }

    private static PreprocessingProfile Profile(MeanImage? image)
        => new() { Resize = ResizeRule.Squash(2, 2), Crop = new CropRule(2, 2), MeanImage = image };

    private static float[] Run(PreprocessingProfile profile, byte[] pixels, CropSampling crops)
    {
        Preprocessor preprocessor = new(profile, crops);
        float[] planes = new float[preprocessor.CropCount * 3 * profile.Crop.Width * profile.Crop.Height];
        preprocessor.Run(new PixelView(pixels, 50, 40), planes, new PreprocessingScratch());
        return planes;
    }
}
