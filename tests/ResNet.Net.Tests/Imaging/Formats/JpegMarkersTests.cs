namespace ResNet.Net.Tests;

public class JpegMarkersTests
{
    [Fact]
    public void MoveNext_SegmentsFillBytesAndData_ReturnsEveryMarker()
    {
        byte[] file = Convert.FromHexString("FFD8" + "FFFFFFE1" + "0004ABCD" + "FFDA" + "0003EE" + "12FF0034FFD056FFFFD0FF00" + "FFD9");

        Walk(file).Should().Equal("E1 ABCD", "DA EE", "D0 ", "D0 ", "D9 ");
    }

    [Theory]
    [InlineData("FFD8")]
    [InlineData("FFD8FF")]
    [InlineData("FFD8FFE1")]
    [InlineData("FFD8FFE100")]
    [InlineData("FFD8FFE10005ABCD")]
    [InlineData("FFD8FFFFFF")]
    [InlineData("FFD8FF00FF")]
    public void MoveNext_TruncatedSegment_ReturnsFalse(string file) => Walk(Convert.FromHexString(file)).Should().BeEmpty();

    [Theory]
    [InlineData("FFD8FFE10000FFD9", "E1 ", "D9 ")]
    [InlineData("FFD8FFE10001FFD9", "E1 ", "D9 ")]
    [InlineData("FFD8FFE10002FFD9", "E1 ", "D9 ")]
    public void MoveNext_LengthBelowTwo_ContinuesAfterIt(string file, params string[] expected)
        => Walk(Convert.FromHexString(file)).Should().Equal(expected);

    private static List<string> Walk(byte[] file)
    {
        List<string> found = [];
        JpegMarkers markers = new(file);
        while (markers.MoveNext())
        {
            found.Add($"{markers.Marker:X2} {Convert.ToHexString(markers.Segment)}");
        }

        markers.MoveNext().Should().BeFalse("the enumeration has ended");
        return found;
    }
}
