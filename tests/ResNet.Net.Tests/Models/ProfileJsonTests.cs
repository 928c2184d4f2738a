using System.Reflection;

namespace ResNet.Net.Tests;

public class ProfileJsonTests
{
    private static readonly string Valid = ProfileJson.Write(PreprocessingProfile.Torchvision);

    public static TheoryData<string> Names => [.. PreprocessingProfile.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_BuiltInProfile_RoundTrips(string name)
    {
        PreprocessingProfile profile = PreprocessingProfile.Parse(name);

        ProfileJson.Read(ProfileJson.Write(profile), "test").Should().Be(profile);
        PreprocessingProfile small = profile.WithCrop(64, 48);
        ProfileJson.Read(ProfileJson.Write(small), "test").Should().Be(small);
    }

    [Fact]
    public void Read_ProfileWithNoDefaultValue_RoundTripsEveryProperty()
    {
        PreprocessingProfile defaults = new();
        foreach (Interpolation interpolation in Enum.GetValues<Interpolation>().Where(i => i != defaults.Interpolation))
        {
            PreprocessingProfile profile = new()
            {
                Name = "ünïcode \"quoted\" 😀",
                Resize = ResizeRule.Squash(301, 299),
                Interpolation = interpolation,
                Crop = new CropRule(97, 101, CropRounding.FloorOfHalves),
                Channels = ChannelOrder.Bgr,
                Range = ValueRange.ZeroTo255,
                Mean = new ChannelValues(0.1f, -1e-30f, 123.68f),
                Std = new ChannelValues(1e-7f, 58.395f, float.MaxValue),
                AutoOrient = false,
                ShrinkOnLoad = true,
            };

            ProfileJson.Read(ProfileJson.Write(profile), "test").Should().Be(profile);
        }
    }

    // Write rejects a profile with a mean image, which is larger than metadata should be.
    [Fact]
    public void Write_EveryProperty_IsInTheFormat()
        => typeof(PreprocessingProfile).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is not null && p.Name != "MeanImage")
            .Should().OnlyContain(p => Valid.Contains($"\"{char.ToLowerInvariant(p.Name[0])}{p.Name.Substring(1)}\":"));

    [Theory]
    [InlineData("\"version\":1", "\"version\":2", "version is 2*Update ResNet.Net")]
    [InlineData("\"version\":1", "\"version\":\"1\"", "'version'")]
    [InlineData("\"version\":1,", "", "'version'")]
    [InlineData("\"Torchvision\"", "7", "'name'")]
    [InlineData("\"Torchvision\"", "null", "'name'")]
    [InlineData("\"Torchvision\"", "\"a\\u0000b\"", "'name'*control characters")]
    [InlineData("\"width\":256", "\"width\":0", "'width'*from 1 to 65535")]
    [InlineData("\"width\":256", "\"width\":-1", "'width'")]
    [InlineData("\"width\":256", "\"width\":2147483648", "'width'")]
    [InlineData("\"width\":256", "\"width\":1e9", "'width'")]
    [InlineData("\"width\":256", "\"width\":255.5", "'width'")]
    [InlineData("\"width\":256", "\"width\":257", "width and height differ")]
    [InlineData("\"width\":224", "\"width\":65535", "crop 65535x224 does not fit")]
    [InlineData("\"keepsAspectRatio\":true", "\"keepsAspectRatio\":1", "'keepsAspectRatio' must be true or false")]
    [InlineData("PillowBilinear", "pillowbilinear", "'interpolation' is 'pillowbilinear'*none of*PillowBilinear")]
    [InlineData("\"PillowBilinear\"", "0", "'interpolation'")]
    [InlineData("\"Rgb\"", "\"1\"", "'channels'")]
    [InlineData("0.485", "NaN", "'N' is an invalid")]
    [InlineData("0.485", "\"NaN\"", "'mean' must be an array of three numbers")]
    [InlineData("0.485", "1e999", "mean * of channel 0 is not a finite number")]
    [InlineData("0.229", "0", "standard deviation 0 of channel 0")]
    [InlineData("0.229", "-1", "standard deviation -1")]
    [InlineData("0.229,", "", "'std' must be an array of three numbers")]
    [InlineData("\"autoOrient\":true", "\"autoOrient\":true,\"autoOrient\":false", "'autoOrient'*occurs twice")]
    [InlineData("\"autoOrient\":true", "\"autoOrient\":true,\"mystery\":1", "'mystery'*is unknown")]
    [InlineData("\"crop\":{", "\"crop\":{\"left\":1,", "'left'*is unknown")]
    [InlineData("}", "", "end of the data|depth|JSON")]
    public void Read_HostileJson_ThrowsResNetException(string valid, string hostile, string message)
    {
        Valid.Should().Contain(valid);

        string actual = ((Action)(() => ProfileJson.Read(Valid.Replace(valid, hostile, StringComparison.Ordinal), "here")))
            .Should().Throw<ResNetException>().WithMessage("The preprocessing profile (here) is invalid: *").Which.Message;

        actual.Should().MatchRegex(string.Join(".*", message.Split('*')));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    public void Read_NoObject_ThrowsResNetException(string text)
        => ((Action)(() => ProfileJson.Read(text, "here"))).Should().Throw<ResNetException>().WithMessage("*(here) is invalid*");

    [Fact]
    public void Read_NestedTooDeep_ThrowsResNetException()
        => ((Action)(() => ProfileJson.Read(new string('[', 100_000), "here"))).Should().Throw<ResNetException>();

    [Fact]
    public void Write_ProfileThatTheFormatCannotExpress_Throws()
    {
        PreprocessingProfile huge = new() { Resize = ResizeRule.ShortSide(70_000) };
        PreprocessingProfile undefined = new() { Interpolation = (Interpolation)99 };
        PreprocessingProfile invalid = new() { Std = default };

        ((Action)(() => ProfileJson.Write(huge))).Should().Throw<ResNetException>().WithMessage("*65535*");
        ((Action)(() => ProfileJson.Write(undefined))).Should().Throw<ResNetException>().WithMessage("*'99'*");
        ((Action)(() => ProfileJson.Write(invalid))).Should().Throw<ArgumentException>();
    }
}
