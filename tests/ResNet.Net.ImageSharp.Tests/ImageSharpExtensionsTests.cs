using System.Runtime.InteropServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace ResNet.Net.Tests;

public sealed class ImageSharpExtensionsTests : IDisposable
{
    private const int Width = 48;
    private const int Height = 36;

    private readonly ResNetClassifier _classifier = ResNetClassifier.Create(
        ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { ActivationMaps = true });

    public void Dispose() => _classifier.Dispose();

    [Fact]
    public void Classify_OpaquePixelTypes_EqualsThePixelView()
    {
        using Image<Rgb24> rgb = Draw<Rgb24>();
        IReadOnlyList<Prediction> expected = _classifier.Classify(View(rgb)).Predictions;

        Image[] images =
        [
            rgb.Clone(),
            rgb.CloneAs<Bgr24>(),
            rgb.CloneAs<Rgba32>(),
            rgb.CloneAs<Bgra32>(),
            rgb.CloneAs<Argb32>(),
            rgb.CloneAs<Rgb48>(),
            rgb.CloneAs<Rgba64>(),
        ];
        foreach (Image image in images)
        {
            using (image)
            {
                _classifier.Classify(image).Predictions.Should().Equal(expected, "{0} holds the same colors", image.GetType());
            }
        }
    }

    [Fact]
    public void Classify_GrayPixelTypes_EqualsThePixelView()
    {
        using Image<L8> gray = Draw<Rgb24>().CloneAs<L8>();
        byte[] bytes = new byte[Width * Height];
        gray.CopyPixelDataTo(bytes);
        IReadOnlyList<Prediction> expected = _classifier.Classify(new PixelView(bytes, Width, Height, PixelFormat.Gray8)).Predictions;

        Image[] images = [gray.Clone(), gray.CloneAs<L16>(), gray.CloneAs<La16>()];
        foreach (Image image in images)
        {
            using (image)
            {
                _classifier.Classify(image).Predictions.Should().Equal(expected, "{0} holds the same grays", image.GetType());
            }
        }
    }

    [Fact]
    public void Classify_TransparentPixels_AreFlattenedOnBlack()
    {
        using Image<Rgba32> image = Draw<Rgba32>();
        image.ProcessPixelRows(rows =>
        {
            for (int y = 0; y < rows.Height; y++)
            {
                foreach (ref Rgba32 pixel in rows.GetRowSpan(y))
                {
                    pixel.A = (byte)(y * 7);
                }
            }
        });
        byte[] bytes = new byte[Width * Height * 4];
        image.CopyPixelDataTo(bytes);
        IReadOnlyList<Prediction> expected = _classifier.Classify(new PixelView(bytes, Width, Height, PixelFormat.Rgba32)).Predictions;

        _classifier.Classify(image).Predictions.Should().Equal(expected);
        using Image<Bgra32> bgra = image.CloneAs<Bgra32>();
        _classifier.Classify(bgra).Predictions.Should().Equal(expected);
        using Image<Argb32> argb = image.CloneAs<Argb32>();
        _classifier.Classify(argb).Predictions.Should().Equal(expected);
    }

    [Fact]
    public void Classify_ImageOfSeveralBlocks_EqualsThePixelView()
    {
        using Image<Rgb24> image = Draw<Rgb24>(2100, 1500);
        image.DangerousTryGetSinglePixelMemory(out _).Should().BeFalse("the image is larger than a block of ImageSharp");
        byte[] bytes = new byte[2100 * 1500 * 3];
        image.CopyPixelDataTo(bytes);

        _classifier.Classify(image).Predictions.Should().Equal(_classifier.Classify(new PixelView(bytes, 2100, 1500)).Predictions);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Classify_ExifOrientation_EqualsTheDecodedFile(int orientation)
    {
        byte[] encoded = ImageFixtures.Get($"jpeg-exif-{orientation}").Encoded();
        using Image<Rgb24> image = Image.Load<Rgb24>(encoded);
        using DecodedImage decoded = new ImageSharpDecoder().Decode(encoded);
        IReadOnlyList<Prediction> expected = _classifier.Classify(decoded.Pixels).Predictions;

        _classifier.Classify(image).Predictions.Should().Equal(expected);

        (image.Width, image.Height).Should().Be(orientation > 4 ? (24, 40) : (40, 24), "the caller's image is not changed");
        image.Mutate(context => context.AutoOrient());
        _classifier.Classify(image).Predictions.Should().Equal(expected, "nothing is turned twice");
    }

    [Fact]
    public void Classify_ProfileWithoutAutoOrient_TakesThePixelsAsTheyAre()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(
            ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Profile = _classifier.Profile with { AutoOrient = false } });
        using Image<Rgb24> image = Draw<Rgb24>();
        IReadOnlyList<Prediction> expected = classifier.Classify(image).Predictions;
        image.Metadata.ExifProfile = new ExifProfile();
        image.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)3);

        classifier.Classify(image).Predictions.Should().Equal(expected);
        _classifier.Classify(image).Predictions.Should().NotEqual(expected);
    }

    [Fact]
    public void Embed_Image_EqualsThePixelView()
    {
        using Image<Rgb24> image = Draw<Rgb24>();
        using ResNetEmbedder embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20);
        float[] expected = embedder.Embed(View(image));
        float[] embedding = new float[embedder.Dimension];

        embedder.Embed(image, embedding);

        embedding.Should().Equal(expected);
        embedder.Embed(image).Should().Equal(expected);
        ((Action)(() => ((ResNetEmbedder)null!).Embed(image))).Should().Throw<ArgumentNullException>().WithParameterName("embedder");
    }

    [Fact]
    public void Explain_Image_EqualsThePixelView()
    {
        using Image<Bgra32> image = Draw<Bgra32>();
        byte[] bytes = new byte[Width * Height * 4];
        image.CopyPixelDataTo(bytes);
        ActivationMap expected = _classifier.Explain(new PixelView(bytes, Width, Height, PixelFormat.Bgrx32), 3);

        _classifier.Explain(image, 3).Values.ToArray().Should().Equal(expected.Values.ToArray());
    }

    [Theory]
    [InlineData(PixelFormat.Rgb24)]
    [InlineData(PixelFormat.Bgr24)]
    [InlineData(PixelFormat.Rgba32)]
    [InlineData(PixelFormat.Bgra32)]
    [InlineData(PixelFormat.Gray8)]
    public void Classify_IntoMemory_AllocatesNothing(PixelFormat format)
    {
        using Image<Rgb24> rgb = Draw<Rgb24>();
        using Image image = format switch
        {
            PixelFormat.Rgb24 => rgb.Clone(),
            PixelFormat.Bgr24 => rgb.CloneAs<Bgr24>(),
            PixelFormat.Rgba32 => rgb.CloneAs<Rgba32>(),
            PixelFormat.Bgra32 => rgb.CloneAs<Bgra32>(),
            _ => rgb.CloneAs<L8>(),
        };
        Prediction[] predictions = new Prediction[3];
        _ = _classifier.Classify(image, predictions);

        Allocations.Of(() => _ = _classifier.Classify(image, predictions)).Should().Be(0);
    }

    [Fact]
    public void Classify_DisposedImage_Throws()
    {
        Image<Rgb24> image = Draw<Rgb24>();
        image.Dispose();

        _classifier.Invoking(classifier => classifier.Classify(image)).Should().Throw<ObjectDisposedException>();
        _classifier.Invoking(classifier => classifier.Classify((Image)null!)).Should().Throw<ArgumentNullException>();
    }

    private static Image<TPixel> Draw<TPixel>(int width = Width, int height = Height)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        Image<TPixel> image = new(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                TPixel pixel = default;
                pixel.FromRgba32(new Rgba32((byte)(x * 5), (byte)(y * 7), (byte)((x ^ y) * 4), 255));
                image[x, y] = pixel;
            }
        }

        return image;
    }

    private static PixelView View(Image<Rgb24> image)
    {
        image.DangerousTryGetSinglePixelMemory(out Memory<Rgb24> memory).Should().BeTrue();
        return new PixelView(MemoryMarshal.AsBytes(memory.Span), image.Width, image.Height);
    }
}
