
namespace ResNet.Net.Onnx.Tests.Support;

/// <summary>Provides the sample images as network input.</summary>
internal static class SampleImages
{
    private static readonly string[] Files = ["cat.png", "robin.png", "ship.png"];

    public static int Count => Files.Length;

    /// <summary>Preprocesses the sample images to [N, 3, 224, 224].</summary>
    public static float[] Preprocess(PreprocessingProfile profile)
    {
        const int Length = 3 * 224 * 224;
        float[] tensor = new float[Files.Length * Length];
        for (int i = 0; i < Files.Length; i++)
        {
            byte[] encoded = File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, Files[i]));
            using DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, encoded, new ImageDecodingOptions(), profile.AutoOrient);
            new Preprocessor(profile).Run(image.Pixels, tensor.AsSpan(i * Length, Length), new PreprocessingScratch());
        }

        return tensor;
    }
}
