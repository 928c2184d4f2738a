namespace ResNet.Net;

/// <summary>A copy of an image's pixels, in the format that they came in.</summary>
internal sealed class RetainedImage
{
    private readonly byte[] _pixels;
    private readonly PixelFormat _format;

    public RetainedImage(PixelView image)
    {
        int row = image.Row(0).Length;
        _pixels = new byte[checked(row * image.Height)];
        for (int y = 0; y < image.Height; y++)
        {
            image.Row(y).CopyTo(_pixels.AsSpan(y * row));
        }

        (Width, Height, _format) = (image.Width, image.Height, image.Format);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The image scaled, as planes of red, green and blue from 0 to 255; alpha flattened on black.</summary>
    public float[] ToPlanes(int width, int height)
    {
        Preprocessor scaling = new(new PreprocessingProfile
        {
            Name = "scaling",
            Resize = ResizeRule.Squash(width, height),
            Crop = new CropRule(width, height),
            Range = ValueRange.ZeroTo255,
            Mean = new ChannelValues(0, 0, 0),
            Std = new ChannelValues(1, 1, 1),
        });
        float[] planes = new float[checked(3 * width * height)];
        scaling.Run(new PixelView(_pixels, Width, Height, _format), planes, new PreprocessingScratch());
        return planes;
    }
}
