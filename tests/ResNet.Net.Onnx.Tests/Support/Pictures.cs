using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Preprocessing;

namespace ResNet.Net.Onnx.Tests.Support;

/// <summary>Photos as a network's input.</summary>
internal static class Pictures
{
    private static readonly string[] Files = ["cat.png", "robin.png", "ship.png"];

    public static int Count => Files.Length;

    /// <summary>The sample pictures, one after the other, [N, 3, 224, 224].</summary>
    public static float[] As(PreprocessingProfile profile)
    {
        const int Length = 3 * 224 * 224;
        float[] tensor = new float[Files.Length * Length];
        for (int i = 0; i < Files.Length; i++)
        {
            byte[] encoded = File.ReadAllBytes(Path.Combine(TestFolders.SamplePictures, Files[i]));
            using DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, encoded, new ImageDecodingOptions(), profile.AutoOrient);
            new Preprocessor(profile).Run(image.Pixels, tensor.AsSpan(i * Length, Length), new PreprocessingScratch());
        }

        return tensor;
    }
}
