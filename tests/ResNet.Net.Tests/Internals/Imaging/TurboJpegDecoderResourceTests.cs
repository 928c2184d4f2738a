using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>What libturbojpeg takes and leaves behind. Memory is the process's, so nothing may run beside these.</summary>
[Collection(nameof(Alone))]
public class TurboJpegDecoderResourceTests
{
    [TurboJpegTheory]
    [InlineData("jpeg-larger")]
    [InlineData("jpeg-progressive")]
    [InlineData("jpeg-exif-6")]
    public void TryDecode_SteadyState_AllocatesNothingButItsHandle(string name)
    {
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        ImageDecodingOptions options = new();
        ResizeRule rule = ResizeRule.ShortSide(5);
        int decoded = 0;
        void Decode(int times)
        {
            for (int i = 0; i < times; i++)
            {
                decoded += decoder.TryDecode(encoded, options, true, i % 2 == 0 ? null : rule, out DecodedImage image) ? 1 : 0;
                image.Dispose();
            }
        }

        Decode(4);
        decoded.Should().Be(4);

        Allocations.Of(() => Decode(100)).Should().BeLessThanOrEqualTo(100 * 40, "a SafeHandle has 40 bytes; pixels are pooled");
        (decoded % 100).Should().Be(4, "all were decoded");
    }

    [TurboJpegFact]
    public void TryDecode_ThousandsOfGoodAndBadPictures_LeavesNoMemoryBehind()
    {
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        byte[] good = ImageFixtures.Get("jpeg-progressive").Encoded();
        byte[] cut = ImageFixtures.Get("bad-jpeg-truncated").Encoded();
        (int taken, int left) = (0, 0);
        void Decode(int times)
        {
            for (int i = 0; i < times; i++)
            {
                if (decoder.TryDecode(i % 2 == 0 ? good : cut, new ImageDecodingOptions(), true, null, out DecodedImage image))
                {
                    image.Dispose();
                    taken++;
                }
                else
                {
                    left++;
                }
            }
        }

        Decode(2_000);
        long before = Environment.WorkingSet;
        Decode(20_000);

        (taken, left).Should().Be((11_000, 11_000));
        (Environment.WorkingSet - before).Should().BeLessThan(16_000_000, "ten thousand lost decompressors would be ten times that");
    }

    [TurboJpegFact]
    public void TryDecode_PictureThatClaimsToBeHuge_TakesNoMemoryForItsPixels()
    {
        byte[] encoded = ImageFixtures.Get("bad-jpeg-huge").Encoded();
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        long before = GC.GetAllocatedBytesForCurrentThread();

        decoder.TryDecode(encoded, new ImageDecodingOptions(), true, null, out _).Should().BeFalse();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100_000);
    }
}
