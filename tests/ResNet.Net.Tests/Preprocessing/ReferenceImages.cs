using System.Globalization;
using System.Runtime.InteropServices;

namespace ResNet.Net.Tests;

/// <summary>Reads the images of the shared folder and the results of Pillow and OpenCV for them.</summary>
internal static class ReferenceImages
{
    /// <summary>
    /// Gets the numbers of the images. Without the folder there is one number, because a theory without data fails instead of being
    /// skipped.
    /// </summary>
    public static TheoryData<string> All { get; } = [.. Numbers()];

    public static DecodedImage Read(string number, string kind)
    {
        byte[] encoded = File.ReadAllBytes(PathOf(number, $"{kind}.png"));
        return ImageDecoding.Decode(ImageDecoding.Default, encoded, new ImageDecodingOptions(), autoOrient: false);
    }

    public static float[] ReadFloats(string number, string kind)
        => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(PathOf(number, $"{kind}.f32"))).ToArray();

    private static string PathOf(string number, string file)
        => Path.Combine(TestFolders.Shared, "reference", "preprocess", $"{number}.{file}");

    private static IEnumerable<string> Numbers()
        => Enumerable.Range(0, TestFolders.SharedIsMissing is null ? 11 : 1).Select(i => i.ToString("00", CultureInfo.InvariantCulture));
}
