using System.Globalization;
using System.Runtime.InteropServices;

namespace ResNet.Net.Tests;

/// <summary>Images of the shared folder and what Pillow and OpenCV make of them.</summary>
internal static class ReferenceImages
{
    /// <summary>The images' numbers; empty data would make a theory fail, so that absence is one number whose test is skipped.</summary>
    public static TheoryData<string> All { get; } = [.. Numbers()];

    public static DecodedImage Read(string number, string kind)
        => ImageDecoding.Decode(ImageDecoding.Default, File.ReadAllBytes(PathOf(number, $"{kind}.png")), new ImageDecodingOptions(), autoOrient: false);

    public static float[] ReadFloats(string number, string kind)
        => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(PathOf(number, $"{kind}.f32"))).ToArray();

    private static string PathOf(string number, string file) => Path.Combine(TestFolders.Shared, "reference", "preprocess", $"{number}.{file}");

    private static IEnumerable<string> Numbers()
        => Enumerable.Range(0, TestFolders.SharedIsMissing is null ? 11 : 1).Select(i => i.ToString("00", CultureInfo.InvariantCulture));
}
