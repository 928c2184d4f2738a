using System.Runtime.InteropServices;

namespace ResNet.Net.Tests;

public class ImagePreprocessorTests
{
    private static readonly string[] Samples = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order()];

    [Fact]
    public void Properties_AnyProfile_DescribeTheTensor()
    {
        ImagePreprocessor preprocessor = new(TestProfiles.Plain);

        (preprocessor.Width, preprocessor.Height, preprocessor.Length).Should().Be((40, 24, 3 * 40 * 24));
        preprocessor.Profile.Should().BeSameAs(TestProfiles.Plain);
    }

    [Fact]
    public void Preprocess_PathStreamBytesAndPixels_GiveTheSameTensor()
    {
        ImagePreprocessor preprocessor = new(PreprocessingProfile.HuggingFace);
        byte[] bytes = File.ReadAllBytes(Samples[0]);
        float[] expected = Direct(PreprocessingProfile.HuggingFace, bytes);
        float[] fromPath = new float[preprocessor.Length];
        float[] fromStream = new float[preprocessor.Length];
        float[] fromBytes = new float[preprocessor.Length + 7];
        float[] fromPixels = new float[preprocessor.Length];

        preprocessor.Preprocess(Samples[0], fromPath);
        using (FileStream stream = File.OpenRead(Samples[0]))
        {
            preprocessor.Preprocess(stream, fromStream);
        }

        preprocessor.Preprocess(bytes, fromBytes);
        using (DecodedImage image = ImageDecoding.Default.Decode(bytes))
        {
            preprocessor.Preprocess(image.Pixels, fromPixels);
        }

        fromPath.Should().Equal(expected);
        fromStream.Should().Equal(expected);
        fromBytes[..preprocessor.Length].Should().Equal(expected);
        fromBytes[preprocessor.Length..].Should().OnlyContain(value => value == 0);
        fromPixels.Should().Equal(expected);
    }

    [Fact]
    public void PreprocessBatch_OneFileIsMissing_FillsTheOthersAndReturnsItsError()
    {
        ImagePreprocessor preprocessor = new(PreprocessingProfile.Cifar10);
        string[] paths = [Samples[0], "missing.png", Samples[1], Samples[2]];
        float[] tensor = new float[paths.Length * preprocessor.Length];

        IReadOnlyList<Exception?> errors = preprocessor.PreprocessBatch(paths, tensor);
        ReadOnlyMemory<byte>[] files = [.. Samples.Select(path => new ReadOnlyMemory<byte>(File.ReadAllBytes(path)))];
        IReadOnlyList<Exception?> none = preprocessor.PreprocessBatch(files, new float[Samples.Length * preprocessor.Length]);

        errors.Should().HaveCount(4);
        errors[1].Should().BeOfType<FileNotFoundException>();
        errors.Where((_, i) => i != 1).Should().OnlyContain(error => error == null);
        none.Should().HaveCount(Samples.Length).And.OnlyContain(error => error == null);
        foreach (int i in new[] { 0, 2, 3 })
        {
            tensor.AsSpan(i * preprocessor.Length, preprocessor.Length).ToArray()
                .Should().Equal(Direct(PreprocessingProfile.Cifar10, File.ReadAllBytes(paths[i])), paths[i]);
        }
    }

    [Fact]
    public void PreprocessBatch_Canceled_Throws()
    {
        ImagePreprocessor preprocessor = new(PreprocessingProfile.Cifar10);
        float[] tensor = new float[preprocessor.Length];

        Action run = () => preprocessor.PreprocessBatch([Samples[0]], tensor, new CancellationToken(canceled: true));

        run.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Preprocess_TensorTooShort_ThrowsWithBothLengths()
    {
        ImagePreprocessor preprocessor = new(TestProfiles.Plain);
        Action one = () => preprocessor.Preprocess("missing.png", new float[2879]);
        Action two = () => preprocessor.PreprocessBatch(["a.png", "b.png"], new float[5759]);
        Action back = () => preprocessor.ToRgb(new float[2880], new byte[2879]);

        one.Should().Throw<ArgumentException>().WithMessage("An image has 2880 values*[1, 3, 24, 40]*2879*").WithParameterName("tensor");
        two.Should().Throw<ArgumentException>().WithMessage("2 images have 5760 values*[2, 3, 24, 40]*5759*").WithParameterName("tensor");
        back.Should().Throw<ArgumentException>().WithMessage("*2880*2879*").WithParameterName("rgb");
    }

    [Fact]
    public void Constructor_InvalidProfileOrLimit_Throws()
    {
        Action profile = () => _ = new ImagePreprocessor(TestProfiles.Plain with { Std = default });
        Action limit = () => _ = new ImagePreprocessor(TestProfiles.Plain, decoding: new ImageDecodingOptions { MaxBytes = 0 });

        profile.Should().Throw<ArgumentException>().WithMessage("*standard deviation 0*");
        limit.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Preprocess_LimitAndDecoder_AreUsed()
    {
        ImagePreprocessor preprocessor = new(TestProfiles.Plain, decoding: new ImageDecodingOptions { MaxBytes = 10 });
        Action run = () => preprocessor.Preprocess(Samples[0], new float[2880]);

        run.Should().Throw<ImageDecodeException>().Which.Failure.Should().Be(ImageDecodeFailure.TooLarge);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ToRgb_TensorOfAnImage_ReturnsTheBytesBeforeNormalization(bool hasMeanImage)
    {
        byte[] pixels = new byte[24 * 40 * 3];
        new Random(5).NextBytes(pixels);
        foreach (PreprocessingProfile builtIn in PreprocessingProfile.All)
        {
            float[] mean = [.. Enumerable.Range(0, 2880).Select(i => i % 256f)];
            PreprocessingProfile profile = builtIn with
            {
                Resize = ResizeRule.Squash(40, 24),
                Crop = new CropRule(40, 24),
                MeanImage = hasMeanImage ? new MeanImage(mean, 40, 24) : null,
            };
            ImagePreprocessor preprocessor = new(profile);
            float[] tensor = new float[preprocessor.Length];
            byte[] rgb = new byte[preprocessor.Length];

            preprocessor.Preprocess(new PixelView(pixels, 40, 24), tensor);
            preprocessor.ToRgb(tensor, rgb);

            rgb.Should().Equal(pixels, profile.Name);
        }
    }

    [Fact]
    public void ToRgb_ValuesBeyondBytes_AreClamped()
    {
        ImagePreprocessor preprocessor = new(TestProfiles.Plain);
        float[] tensor = new float[2880];
        (tensor[0], tensor[1], tensor[2]) = (1.5f, -0.5f, float.NaN);
        byte[] rgb = new byte[2880];

        preprocessor.ToRgb(tensor, rgb);

        (rgb[0], rgb[3], rgb[6]).Should().Be(((byte)255, (byte)0, (byte)0));
    }

    [Fact]
    public void SavePng_TensorOfAnImage_SavesItsCrop()
    {
        using TemporaryFolder folder = new();
        ImagePreprocessor preprocessor = new(PreprocessingProfile.Cifar10);
        float[] tensor = new float[preprocessor.Length];
        preprocessor.Preprocess(Samples[0], tensor);
        byte[] rgb = new byte[preprocessor.Length];
        preprocessor.ToRgb(tensor, rgb);

        preprocessor.SavePng(folder["seen.png"], tensor);

        using DecodedImage seen = ImageDecoding.Default.Decode(File.ReadAllBytes(folder["seen.png"]));
        (seen.Width, seen.Height).Should().Be((32, 32));
        seen.Rgb().Should().Equal(rgb);
    }

    [Fact]
    public void Preprocess_Pixels_AllocatesNothing()
    {
        ImagePreprocessor preprocessor = new(PreprocessingProfile.TimmBicubic);
        byte[] pixels = new byte[300 * 200 * 4];
        float[] tensor = new float[preprocessor.Length];
        void Run() => preprocessor.Preprocess(new PixelView(pixels, 300, 200, PixelFormat.Bgra32, -1200), tensor);
        Run();

        Allocations.Of(Run).Should().Be(0);
    }

    [Fact]
    public void Preprocess_ConcurrentCalls_GiveTheSameTensors()
    {
        ImagePreprocessor preprocessor = new(PreprocessingProfile.HuggingFace);
        byte[][] files = [.. Samples.Take(4).Select(File.ReadAllBytes)];
        float[][] expected = [.. files.Select(file => Direct(PreprocessingProfile.HuggingFace, file))];
        int wrong = 0;

        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            float[] tensor = new float[preprocessor.Length];
            preprocessor.Preprocess(files[i % files.Length], tensor);
            if (!MemoryMarshal.AsBytes<float>(tensor).SequenceEqual(MemoryMarshal.AsBytes<float>(expected[i % files.Length])))
            {
                Interlocked.Increment(ref wrong);
            }
        });

        wrong.Should().Be(0);
    }

    private static float[] Direct(PreprocessingProfile profile, byte[] file)
    {
        float[] planes = new float[3 * profile.Crop.Width * profile.Crop.Height];
        using DecodedImage image = ImageDecoding.Default.Decode(file);
        new Preprocessor(profile).Run(image.Pixels, planes, new PreprocessingScratch());
        return planes;
    }
}
