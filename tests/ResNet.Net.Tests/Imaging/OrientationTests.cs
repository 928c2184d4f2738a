namespace ResNet.Net.Tests;

public class OrientationTests
{
    // Each letter is a pixel of three different bytes. The expected images were written by hand from the table in the EXIF standard.
    [Theory]
    [InlineData(1, "abc/def")]
    [InlineData(2, "cba/fed")]
    [InlineData(3, "fed/cba")]
    [InlineData(4, "def/abc")]
    [InlineData(5, "ad/be/cf")]
    [InlineData(6, "da/eb/fc")]
    [InlineData(7, "fc/eb/da")]
    [InlineData(8, "cf/be/ad")]
    [InlineData(0, "abc/def")]
    [InlineData(9, "abc/def")]
    public void Apply_ThreeByTwo_ReturnsUprightPixels(int orientation, string expected)
    {
        byte[] target = new byte[18];

        Orientation.Apply(Pixels("abc/def"), 3, 2, 3, orientation, target);

        target.Should().Equal(Pixels(expected));
        Orientation.SwapsSides(orientation).Should().Be(expected.Split('/').Length == 3);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5)]
    [InlineData(5, 1)]
    [InlineData(7, 4)]
    public void Apply_FourQuarterTurns_ReturnsTheSource(int width, int height)
    {
        byte[] source = new byte[width * height * 3];
        new Random(5).NextBytes(source);
        byte[] turned = [.. source];
        (int w, int h) = (width, height);
        for (int turn = 0; turn < 4; turn++)
        {
            byte[] next = new byte[source.Length];
            Orientation.Apply(turned, w, h, 3, 6, next);
            (turned, w, h) = (next, h, w);
        }

        turned.Should().Equal(source);
    }

    private static byte[] Pixels(string letters)
        => [.. letters.Replace("/", "", StringComparison.Ordinal).SelectMany(c => new[] { (byte)c, (byte)(c + 100), (byte)(c - 50) })];
}
