using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Preprocessing;

namespace ResNet.Net.Tests.Internals.Preprocessing;

/// <summary>The resamplers against the outputs of the implementations that they are named after, byte by byte.</summary>
public class ResamplerTests
{
    [SharedTheory]
    [MemberData(nameof(ReferencePictures.All), MemberType = typeof(ReferencePictures))]
    public void PillowBilinear_ReferencePicture_EqualsPillow(string number)
        => DifferingBytes(number, PreprocessingProfile.MxnetShortSide, "pil-short256-crop224").Should().Be(0);

    [SharedTheory]
    [MemberData(nameof(ReferencePictures.All), MemberType = typeof(ReferencePictures))]
    public void OpenCvBilinear_ReferencePictureSquashed_EqualsOpenCv(string number)
        => DifferingBytes(number, PreprocessingProfile.Mxnet, "cv2-squash256-crop224").Should().Be(0);

    [SharedTheory]
    [MemberData(nameof(ReferencePictures.All), MemberType = typeof(ReferencePictures))]
    public void OpenCvBilinear_ReferencePictureShortSide_EqualsOpenCv(string number)
        => DifferingBytes(number, PreprocessingProfile.Caffe2, "cv2-short256-crop224").Should().Be(0);

    [SharedTheory]
    [MemberData(nameof(ReferencePictures.All), MemberType = typeof(ReferencePictures))]
    public void OpenCvBilinearFloat_ReferencePicture_EqualsOpenCvWithinAMillionth(string number)
    {
        float[] expected = ReferencePictures.ReadFloats(number, "cv2-squash256-crop224");
        using DecodedImage source = ReferencePictures.Read(number, "source");
        float[] actual = new float[expected.Length];
        ResizePlan plan = ResizePlan.Create(PreprocessingProfile.OnnxRuntimeNotebook, source.Width, source.Height);

        OpenCvBilinearFloat.Resample(source.View, plan, actual, new PreprocessingScratch());

        expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max().Should().BeLessThan(1e-6f);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Resample_PictureOfOneColour_StaysThatColour(string profileName)
    {
        PreprocessingProfile profile = PreprocessingProfile.Parse(profileName);
        foreach ((int width, int height) in new[] { (1, 1), (1, 300), (700, 2), (224, 224), (512, 512), (333, 517), (32, 32) })
        {
            byte[] pixels = new byte[width * height * 3];
            for (int i = 0; i < pixels.Length; i += 3)
            {
                (pixels[i], pixels[i + 1], pixels[i + 2]) = (250, 7, 128);
            }

            byte[] crop = Resample(new PixelView(pixels, width, height), profile);

            crop.Chunk(3).Should().OnlyContain(p => p[0] == 250 && p[1] == 7 && p[2] == 128, $"{width}x{height}");
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Resample_AnyPixelFormat_EqualsRgb(string profileName)
    {
        PreprocessingProfile profile = PreprocessingProfile.Parse(profileName);
        Random random = new(5);
        const int Width = 61;
        const int Height = 47;
        byte[] rgb = new byte[Width * Height * 3];
        random.NextBytes(rgb);
        byte[] expected = Resample(new PixelView(rgb, Width, Height), profile);
        foreach (PixelFormat format in new[] { PixelFormat.Bgr24, PixelFormat.Rgba32, PixelFormat.Bgra32, PixelFormat.Rgbx32, PixelFormat.Bgrx32 })
        {
            int size = PixelView.GetBytesPerPixel(format);
            int stride = (Width * size) + 5;
            byte[] other = new byte[stride * Height];
            random.NextBytes(other);
            bool reversed = format is PixelFormat.Bgr24 or PixelFormat.Bgra32 or PixelFormat.Bgrx32;
            for (int y = 0; y < Height; y++)
            {
                for (int x = 0; x < Width; x++)
                {
                    Span<byte> pixel = other.AsSpan((y * stride) + (x * size), size);
                    rgb.AsSpan(((y * Width) + x) * 3, 3).CopyTo(pixel);
                    if (reversed)
                    {
                        pixel[..3].Reverse();
                    }

                    if (format is PixelFormat.Rgba32 or PixelFormat.Bgra32)
                    {
                        pixel[3] = 255;
                    }
                }
            }

            Resample(new PixelView(other, Width, Height, format, stride), profile).Should().Equal(expected, format.ToString());
        }
    }

    public static TheoryData<string> Profiles() => [nameof(PreprocessingProfile.Mxnet), nameof(PreprocessingProfile.MxnetShortSide), nameof(PreprocessingProfile.Caffe2), nameof(PreprocessingProfile.Torchvision), nameof(PreprocessingProfile.Cifar10)];

    private static byte[] Resample(PixelView source, PreprocessingProfile profile)
    {
        ResizePlan plan = ResizePlan.Create(profile, source.Width, source.Height);
        byte[] crop = new byte[plan.Width * plan.Height * 3];
        if (profile.Interpolation == Interpolation.PillowBilinear)
        {
            PillowBilinear.Resample(source, plan, crop, new PreprocessingScratch());
        }
        else
        {
            OpenCvBilinear.Resample(source, plan, crop, new PreprocessingScratch());
        }

        return crop;
    }

    private static int DifferingBytes(string number, PreprocessingProfile profile, string reference)
    {
        using DecodedImage source = ReferencePictures.Read(number, "source");
        using DecodedImage expected = ReferencePictures.Read(number, reference);
        byte[] actual = Resample(source.View, profile);
        ReadOnlySpan<byte> wanted = expected.View.Pixels;
        wanted.Length.Should().Be(actual.Length);
        int differing = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            differing += actual[i] == wanted[i] ? 0 : 1;
        }

        return differing;
    }
}
