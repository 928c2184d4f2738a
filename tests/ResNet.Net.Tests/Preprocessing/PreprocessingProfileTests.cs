namespace ResNet.Net.Tests;

public class PreprocessingProfileTests
{
    [Fact]
    public void Parse_BuiltInNameInUpperCase_ReturnsTheProfile()
        => PreprocessingProfile.All.Should().HaveCount(11)
            .And.OnlyContain(p => ReferenceEquals(PreprocessingProfile.Parse(p.Name.ToUpperInvariant()), p));

    [Fact]
    public void Parse_UnknownName_ThrowsAndListsTheNames()
    {
        Action parse = () => PreprocessingProfile.Parse("Mxnot");

        parse.Should().Throw<ArgumentException>().WithMessage("*'Mxnot'*Mxnet*Caffe2Legacy*Cifar10*");
    }

    [Fact]
    public void ShrinkOnLoad_BuiltInAndDefaultProfiles_IsFalse()
        => PreprocessingProfile.All.Append(new PreprocessingProfile())
            .Should().OnlyContain(p => !p.ShrinkOnLoad, "they guarantee exact pixels");

    [Fact]
    public void With_EqualValues_IsEqual()
        => (PreprocessingProfile.Mxnet with { Mean = new ChannelValues(0.485f, 0.456f, 0.406f) }).Should().Be(PreprocessingProfile.Mxnet);

    [Fact]
    public void Caffe2_MeanAndStd_AreThoseOfMxnetTimes255InBgrOrder()
    {
        PreprocessingProfile caffe2 = PreprocessingProfile.Caffe2;
        PreprocessingProfile mxnet = PreprocessingProfile.Mxnet;

        caffe2.Mean.First.Should().BeApproximately(mxnet.Mean.Third * 255, 1e-4f);
        caffe2.Mean.Second.Should().BeApproximately(mxnet.Mean.Second * 255, 1e-4f);
        caffe2.Mean.Third.Should().BeApproximately(mxnet.Mean.First * 255, 1e-4f);
        caffe2.Std.First.Should().BeApproximately(mxnet.Std.Third * 255, 1e-4f);
        caffe2.Std.Second.Should().BeApproximately(mxnet.Std.Second * 255, 1e-4f);
        caffe2.Std.Third.Should().BeApproximately(mxnet.Std.First * 255, 1e-4f);
    }

    [Fact]
    public void Validate_InvalidValue_ThrowsAndNamesIt()
    {
        PreprocessingProfile profile = PreprocessingProfile.Mxnet;

        ShouldThrow(profile with { Std = new ChannelValues(1, 0, 1) }, "*Mxnet*standard deviation 0*channel 1*");
        ShouldThrow(profile with { Std = new ChannelValues(1, 1, float.NaN) }, "*channel 2*");
        ShouldThrow(profile with { Mean = new ChannelValues(float.PositiveInfinity, 0, 0) }, "*mean*channel 0*");
        ShouldThrow(profile with { Crop = new CropRule(0, 224) }, "*0x224*");
        ShouldThrow(profile with { Crop = new CropRule(8_001, 8_000), Resize = ResizeRule.Squash(8_001, 8_000) }, "*8001x8000*64000000*");
        ShouldThrow(profile with { Crop = new CropRule(257, 224) }, "*257x224*256x256*");
    }

    [Theory]
    [InlineData(299, 299, 342)]
    [InlineData(65, 65, 74)]
    [InlineData(224, 224, 256)]
    public void WithCrop_Square_KeepsTheRatio(int width, int height, int shortSide)
    {
        PreprocessingProfile profile = PreprocessingProfile.Torchvision.WithCrop(width, height);

        profile.Crop.Should().Be(new CropRule(width, height, CropRounding.HalfToEven));
        profile.Resize.Should().Be(ResizeRule.ShortSide(shortSide));
        profile.Invoking(p => p.Validate()).Should().NotThrow();
    }

    [Theory]
    [InlineData(64)]
    [InlineData(32)]
    [InlineData(1)]
    public void WithCrop_SideOf64OrLess_HasNoMargin(int side)
    {
        PreprocessingProfile profile = PreprocessingProfile.Torchvision.WithCrop(side, side);

        profile.Resize.Should().Be(ResizeRule.ShortSide(side));
        PreprocessingProfile.Mxnet.WithCrop(side, side).Resize.Should().Be(ResizeRule.Squash(side, side));
        PreprocessingProfile.Torchvision.WithCrop(side, 2 * side).Resize.Should().Be(ResizeRule.Squash(side, 2 * side));
        PreprocessingProfile.Torchvision.WithCrop(300, side).Resize.Should().Be(ResizeRule.Squash(300, side));
        PreprocessingProfile.MxnetShortSide.WithCrop(side, side).Resize.Rounding.Should().Be(LongSideRounding.HalfToEven);
    }

    [Fact]
    public void WithCrop_NonSquare_KeepsTheRatioOfEachSide()
        => PreprocessingProfile.Mxnet.WithCrop(112, 448).Resize.Should().Be(ResizeRule.Squash(128, 512));

    [Fact]
    public void Keras_BuiltIn_HasTheConstantsOfModeCaffe()
    {
        PreprocessingProfile keras = PreprocessingProfile.Keras;

        (keras.Channels, keras.Range).Should().Be((ChannelOrder.Bgr, ValueRange.ZeroTo255));
        keras.Mean.Should().Be(new ChannelValues(103.939f, 116.779f, 123.68f));
        keras.Std.Should().Be(new ChannelValues(1, 1, 1));
        keras.Resize.Should().Be(ResizeRule.Squash(224, 224));
    }

    private static void ShouldThrow(PreprocessingProfile profile, string message)
        => profile.Invoking(p => p.Validate()).Should().Throw<ArgumentException>().WithMessage(message);
}
