namespace ResNet.Net.Tests;

/// <summary>Compares the resamplers byte by byte with the output of the implementations that they are named after.</summary>
public class ResamplerTests
{
    private static readonly ChannelValues Zero = new(0, 0, 0);
    private static readonly ChannelValues One = new(1, 1, 1);

    [SharedTheory]
    [MemberData(nameof(ReferenceImages.All), MemberType = typeof(ReferenceImages))]
    public void PillowBilinear_ReferenceImage_EqualsPillow(string number)
        => DifferingBytes(number, PreprocessingProfile.MxnetShortSide, "pil-short256-crop224").Should().Be(0);

    [SharedTheory]
    [MemberData(nameof(ReferenceImages.All), MemberType = typeof(ReferenceImages))]
    public void OpenCvBilinear_ReferenceImageSquashed_EqualsOpenCv(string number)
        => DifferingBytes(number, PreprocessingProfile.Mxnet, "cv2-squash256-crop224").Should().Be(0);

    [SharedTheory]
    [MemberData(nameof(ReferenceImages.All), MemberType = typeof(ReferenceImages))]
    public void OpenCvBilinear_ReferenceImageShortSide_EqualsOpenCv(string number)
        => DifferingBytes(number, PreprocessingProfile.Caffe2, "cv2-short256-crop224").Should().Be(0);

    [SharedTheory]
    [MemberData(nameof(ReferenceImages.All), MemberType = typeof(ReferenceImages))]
    public void OpenCvBilinearFloat_ReferenceImage_EqualsOpenCvWithinAMillionth(string number)
    {
        float[] expected = ReferenceImages.ReadFloats(number, "cv2-squash256-crop224");
        using DecodedImage source = ReferenceImages.Read(number, "source");
        foreach (SimdWidth width in SimdSelection.Supported)
        {
            float[] actual = Resample(source.Pixels, PreprocessingProfile.OnnxRuntimeNotebook with { Mean = Zero, Std = One }, width);

            Pack(actual).Zip(expected, (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(1e-6f, width.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Resample_UniformImage_KeepsTheColor(string profileName)
    {
        PreprocessingProfile profile = WithoutNormalization(PreprocessingProfile.Parse(profileName));
        foreach ((int width, int height) in new[] { (1, 1), (1, 300), (700, 2), (224, 224), (512, 512), (333, 517), (32, 32) })
        {
            byte[] pixels = new byte[width * height * 3];
            for (int i = 0; i < pixels.Length; i += 3)
            {
                (pixels[i], pixels[i + 1], pixels[i + 2]) = (250, 7, 128);
            }

            foreach (SimdWidth simd in SimdSelection.Supported)
            {
                float[] crop = Resample(new PixelView(pixels, width, height), profile, simd);

                Pack(crop).Chunk(3).Should().OnlyContain(p => p[0] == 250 && p[1] == 7 && p[2] == 128, $"{width}x{height} {simd}");
            }
        }
    }

    public static TheoryData<string> Profiles() =>
    [
        nameof(PreprocessingProfile.Mxnet),
        nameof(PreprocessingProfile.MxnetShortSide),
        nameof(PreprocessingProfile.Caffe2),
        nameof(PreprocessingProfile.Caffe2Area),
        nameof(PreprocessingProfile.Torchvision),
        nameof(PreprocessingProfile.HuggingFace),
        nameof(PreprocessingProfile.TimmBicubic),
        nameof(PreprocessingProfile.Cifar10),
    ];

    /// <summary>Creates a profile of the same geometry that returns the resampled bytes without normalization.</summary>
    private static PreprocessingProfile WithoutNormalization(PreprocessingProfile profile)
        => profile with { Channels = ChannelOrder.Rgb, Range = ValueRange.ZeroTo255, Mean = Zero, Std = One };

    private static float[] Resample(PixelView source, PreprocessingProfile profile, SimdWidth width)
    {
        float[] planes = new float[3 * profile.Crop.Width * profile.Crop.Height];
        new Preprocessor(profile, CropSampling.Center, width).Run(source, planes, new PreprocessingScratch());
        return planes;
    }

    /// <summary>Converts planes to packed pixels.</summary>
    private static float[] Pack(float[] planes)
    {
        int count = planes.Length / 3;
        return [.. Enumerable.Range(0, planes.Length).Select(i => planes[(i % 3 * count) + (i / 3)])];
    }

    private static int DifferingBytes(string number, PreprocessingProfile profile, string reference)
    {
        using DecodedImage source = ReferenceImages.Read(number, "source");
        using DecodedImage expected = ReferenceImages.Read(number, reference);
        byte[] expectedPixels = expected.Rgb();
        int differing = 0;
        foreach (SimdWidth width in SimdSelection.Supported)
        {
            float[] actual = Pack(Resample(source.Pixels, WithoutNormalization(profile), width));
            actual.Length.Should().Be(expectedPixels.Length);
            differing += actual.Zip(expectedPixels).Count(pair => pair.First != pair.Second);
        }

        return differing;
    }
}
