namespace ResNet.Net.Tests;

/// <summary>
/// Compares the resamplers with literal implementations of the same arithmetic for random sizes, scales, crops, pixel formats and strides,
/// bottom-up bitmaps among them.
/// Images and tensors are between guard pages, so that an access out of bounds ends the test run.
/// </summary>
public class ResamplerPropertyTests
{
    private const int Cases = 150;

    private static readonly PixelFormat[] Formats = Enum.GetValues<PixelFormat>();

    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void PillowBilinear_RandomGeometry_EqualsTheReference(int bits)
        => ForRandomCases((SimdWidth)bits, Interpolation.PillowBilinear, seed: 11, (image, profile, actual) =>
        {
            (int scaledWidth, int scaledHeight) = profile.Resize.Apply(image.Width, image.Height);
            byte[] expected = PillowReference.Resize(image.Rgb, image.Width, image.Height, 3, scaledWidth, scaledHeight);
            return CountDifferences(expected, scaledWidth, scaledHeight, profile.Crop, actual);
        });

    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void PillowBicubic_RandomGeometry_EqualsTheReference(int bits)
        => ForRandomCases((SimdWidth)bits, Interpolation.PillowBicubic, seed: 14, (image, profile, actual) =>
        {
            (int scaledWidth, int scaledHeight) = profile.Resize.Apply(image.Width, image.Height);
            byte[] expected = PillowReference.Resize(image.Rgb, image.Width, image.Height, 3, scaledWidth, scaledHeight, isBicubic: true);
            return CountDifferences(expected, scaledWidth, scaledHeight, profile.Crop, actual);
        });

    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void OpenCvArea_RandomGeometry_EqualsTheReference(int bits)
        => ForRandomCases((SimdWidth)bits, Interpolation.OpenCvArea, seed: 15, (image, profile, actual) =>
        {
            (int scaledWidth, int scaledHeight) = profile.Resize.Apply(image.Width, image.Height);
            byte[] expected = OpenCvAreaReference.Resize(image.Rgb, image.Width, image.Height, 3, scaledWidth, scaledHeight);
            return CountDifferences(expected, scaledWidth, scaledHeight, profile.Crop, actual);
        });

    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void OpenCvBilinear_RandomGeometry_EqualsTheReference(int bits)
        => ForRandomCases((SimdWidth)bits, Interpolation.OpenCvBilinear, seed: 12, (image, profile, actual) =>
        {
            (int scaledWidth, int scaledHeight) = profile.Resize.Apply(image.Width, image.Height);
            byte[] expected = OpenCvReference.Resize(image.Rgb, image.Width, image.Height, 3, scaledWidth, scaledHeight);
            return CountDifferences(expected, scaledWidth, scaledHeight, profile.Crop, actual);
        });

    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void OpenCvBilinearFloat_RandomGeometry_EqualsTheReferenceWithinAMillionth(int bits)
        => ForRandomCases((SimdWidth)bits, Interpolation.OpenCvBilinearFloat, seed: 13, (image, profile, actual) =>
        {
            (int scaledWidth, int scaledHeight) = profile.Resize.Apply(image.Width, image.Height);
            double[] expected = OpenCvReference.ResizeFloat(image.Rgb, image.Width, image.Height, 3, scaledWidth, scaledHeight);
            int differing = 0;
            ForCrop(
                scaledWidth,
                scaledHeight,
                profile.Crop,
                (from, to) => differing += Math.Abs(expected[from] - (actual[to] / 255.0)) < 1e-6 ? 0 : 1);
            return differing;
        });

    private static void ForRandomCases(
        SimdWidth width, Interpolation interpolation, int seed, Func<GuardedImage, PreprocessingProfile, float[], int> countDifferences)
    {
        Random random = new(seed);
        PreprocessingScratch scratch = new();
        List<string> wrong = [];
        for (int i = 0; i < Cases; i++)
        {
            (int sourceWidth, int sourceHeight) = Size(random, i);
            int padding = random.Next(3) == 0 ? random.Next(1, 40) : 0;
            using GuardedImage image = new(random, sourceWidth, sourceHeight, Formats[i % Formats.Length], padding, isBottomUp: i % 3 == 2);
            PreprocessingProfile profile = Profile(random, interpolation, sourceWidth, sourceHeight);
            using GuardedMemory tensor = new(3 * profile.Crop.Width * profile.Crop.Height * sizeof(float));
            tensor.Floats.Fill(float.NaN);

            new Preprocessor(profile, CropSampling.Center, width).Run(image.View, tensor.Floats, scratch);

            int differing = countDifferences(image, profile, tensor.Floats.ToArray());
            if (differing > 0)
            {
                wrong.Add($"{image} by {profile.Resize} to {profile.Crop}: {differing} values differ");
            }
        }

        wrong.Should().BeEmpty();
    }

    // Sides from 1 to 3000, small and large ones equally often. Some are far from square, and a few have sizes with special arithmetic.
    private static (int Width, int Height) Size(Random random, int i) => i switch
    {
        0 => (1, 1),
        1 => (3000, 2000),
        2 => (2000, 1),
        3 => (1, 2000),
        4 => (5, 1999),
        5 => (512, 512),
        6 => (256, 256),
        _ => (Side(random, 700), Side(random, 500)),
    };

    private static int Side(Random random, int maximum) => (int)Math.Exp(random.NextDouble() * Math.Log(maximum)) + random.Next(2);

    private static PreprocessingProfile Profile(Random random, Interpolation interpolation, int width, int height)
    {
        // Enlarge at most 30 times, because the reference implementation computes the whole image.
        bool isSquash = random.Next(2) == 0 || Math.Max(width, height) > 30 * Math.Min(width, height);
        ResizeRule resize = (isSquash, random.Next(6)) switch
        {
            (_, 0) when width % 2 == 0 && height % 2 == 0 => ResizeRule.Squash(width / 2, height / 2),
            (_, 1) when width * height < 100_000 => ResizeRule.Squash(width, height),
            (_, 2) when width % 3 == 0 && height % 4 == 0 => ResizeRule.Squash(width / 3, height / 4),
            (_, 3) when width > 4 && height > 4 => ResizeRule.Squash(random.Next(1, width), random.Next(1, height)),
            (true, _) => ResizeRule.Squash(Side(random, 300), Side(random, 300)),
            _ => ResizeRule.ShortSide(Side(random, 256), (LongSideRounding)random.Next(2)),
        };
        return new PreprocessingProfile
        {
            Resize = resize,
            Interpolation = interpolation,
            Crop = new CropRule(random.Next(1, resize.Width + 1), random.Next(1, resize.Height + 1), (CropRounding)random.Next(3)),
            Range = ValueRange.ZeroTo255,
            Mean = new ChannelValues(0, 0, 0),
            Std = new ChannelValues(1, 1, 1),
        };
    }

    private static int CountDifferences(byte[] expected, int scaledWidth, int scaledHeight, CropRule crop, float[] actual)
    {
        int differing = 0;
        ForCrop(scaledWidth, scaledHeight, crop, (from, to) => differing += actual[to] == expected[from] ? 0 : 1);
        return differing;
    }

    // Compares packed RGB with planes.
    private static void ForCrop(int scaledWidth, int scaledHeight, CropRule crop, Action<int, int> compare)
    {
        (int left, int top) = (crop.Left(scaledWidth), crop.Top(scaledHeight));
        for (int plane = 0; plane < 3; plane++)
        {
            for (int y = 0; y < crop.Height; y++)
            {
                for (int x = 0; x < crop.Width; x++)
                {
                    compare(((((top + y) * scaledWidth) + left + x) * 3) + plane, (((plane * crop.Height) + y) * crop.Width) + x);
                }
            }
        }
    }
}
