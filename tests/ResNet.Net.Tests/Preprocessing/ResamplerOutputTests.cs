using System.Security.Cryptography;

namespace ResNet.Net.Tests;

/// <summary>
/// Compares whole resampled images with what Pillow 9.4.0 (<c>Image.resize(BICUBIC)</c>) and OpenCV 4.6.0 (<c>resize(INTER_AREA)</c>) made
/// of the same pixels, by the start of their SHA-256.
/// </summary>
public class ResamplerOutputTests
{
    /// <summary>Gets the seed of the pixels, the size of the image, its new size, and the hashes for Pillow and OpenCV.</summary>
    public static TheoryData<int, int, int, int, int, string, string> Outputs { get; } = new()
    {
        { 1, 500, 375, 341, 256, "72D16DB43647E5F0613F991A9F25092D", "6795BDED22EB233079BC851D230497B9" },
        { 2, 375, 500, 256, 341, "8D014DB23035A48944894E6E1DEA0065", "A60FD9B43C3BC197238D193E868AFC25" },
        { 3, 640, 480, 256, 256, "5B9C38FF1F9F4DA6D86089F5218FC7F1", "0FE5747380F3AEE72B67CD867F4674C6" },
        { 4, 300, 200, 100, 100, "98A42CCDC553897E7983643457464DB8", "268C0DEB2DE8081DE9BF0D51EEF13BE8" },
        { 5, 256, 256, 128, 128, "A3C97FD73E491160CCD34179E4299B34", "0D41D86E2BBD2C036C626980956FE249" },
        { 6, 97, 61, 224, 224, "D0AE9D9C861DF64D5FDEACEE7971E3CF", "2B3609616DB2F70F738F5D5EE278A601" },
        { 7, 32, 32, 37, 32, "AE395BF92E1A4848EB4D718F2B21AB3D", "83F1C380AC1CEA611D143A20011439F2" },
        { 8, 33, 500, 40, 64, "A1DE08F5D182B5F66A48411FDEA8B767", "8E7ED2189CC935B7DFF824EAE49BF0C0" },
        { 9, 1000, 7, 224, 3, "4C0FD5A4DFBEC7BC19614D31137147DA", "EE34AA0837B53CB065AA9595AD75070C" },
        { 10, 49, 98, 1, 2, "573A2318B76657E536964CC0D0E574E4", "F79243F6948DE25C062EE4916A27D487" },
        { 11, 1, 1, 5, 4, "C7F3FD4F123E2A605F8C6F4D56BBA1CA", "C7F3FD4F123E2A605F8C6F4D56BBA1CA" },
        { 12, 224, 224, 235, 235, "E8B7C084DE1C40593372CDAB1BC5D771", "6E1529E57EB151C644753FF6AD727C1B" },
        { 13, 301, 149, 300, 148, "113F6081407C0A74E29E0C7CB8775F88", "6B04F2E215E82BB0FB6FF4D339A7C460" },
        { 14, 640, 480, 64, 48, "365D182BEE2F7CAF39516256478BC366", "4C93A528F305C3BE89B98EA8A1469D76" },
        { 15, 512, 96, 256, 32, "B4564F0DAC1E84CA601B74FCED543C9D", "8AFF8029779A7B258E1E727D7CE7E2EF" },
    };

    [Theory]
    [MemberData(nameof(Outputs))]
    public void PillowBicubic_RandomPixels_EqualsPillow(
        int seed, int width, int height, int newWidth, int newHeight, string pillow, string openCv)
    {
        openCv.Should().NotBeNull();
        ShouldHaveHash(Interpolation.PillowBicubic, seed, width, height, newWidth, newHeight, pillow);
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void OpenCvArea_RandomPixels_EqualsOpenCv(
        int seed, int width, int height, int newWidth, int newHeight, string pillow, string openCv)
    {
        pillow.Should().NotBeNull();
        ShouldHaveHash(Interpolation.OpenCvArea, seed, width, height, newWidth, newHeight, openCv);
    }

    private static void ShouldHaveHash(
        Interpolation interpolation, int seed, int width, int height, int newWidth, int newHeight, string expected)
    {
        PreprocessingProfile profile = new()
        {
            Resize = ResizeRule.Squash(newWidth, newHeight),
            Interpolation = interpolation,
            Crop = new CropRule(newWidth, newHeight),
            Range = ValueRange.ZeroTo255,
            Mean = new ChannelValues(0, 0, 0),
            Std = new ChannelValues(1, 1, 1),
        };
        byte[] pixels = Pixels(seed, width * height * 3);
        foreach (SimdWidth simd in SimdSelection.Supported)
        {
            float[] planes = new float[3 * newWidth * newHeight];
            new Preprocessor(profile, CropSampling.Center, simd).Run(
                new PixelView(pixels, width, height), planes, new PreprocessingScratch());

            int count = newWidth * newHeight;
            byte[] packed = [.. Enumerable.Range(0, planes.Length).Select(i => (byte)planes[(i % 3 * count) + (i / 3)])];
            Convert.ToHexString(SHA256.HashData(packed), 0, 16).Should().Be(expected, simd.ToString());
        }
    }

    // A linear congruential generator, which the script that ran Pillow and OpenCV used as well.
    private static byte[] Pixels(int seed, int length)
    {
        byte[] pixels = new byte[length];
        uint state = (uint)seed;
        for (int i = 0; i < length; i++)
        {
            state = unchecked((state * 1664525) + 1013904223);
            pixels[i] = (byte)(state >> 24);
        }

        return pixels;
    }
}
