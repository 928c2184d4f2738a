namespace ResNet.Net;

/// <summary>Holds a copy of an image's pixels in their original format.</summary>
internal sealed class RetainedImage
{
    private readonly byte[] _pixels;
    private readonly PixelFormat _format;

    public RetainedImage(PixelView image)
    {
        int rowLength = image.Row(0).Length;
        _pixels = new byte[checked(rowLength * image.Height)];
        for (int y = 0; y < image.Height; y++)
        {
            image.Row(y).CopyTo(_pixels.AsSpan(y * rowLength));
        }

        (Width, Height, _format) = (image.Width, image.Height, image.Format);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>
    /// Scales the image and converts it to planes, <c>[3, height, width]</c>: red, green and blue from 0 to 255. Alpha is blended over
    /// black.
    /// </summary>
    public float[] ToPlanes(int width, int height)
    {
        Preprocessor preprocessor = new(new PreprocessingProfile
        {
            Name = "Overlay",
            Resize = ResizeRule.Squash(width, height),
            Crop = new CropRule(width, height),
            Range = ValueRange.ZeroTo255,
            Mean = new ChannelValues(0, 0, 0),
            Std = new ChannelValues(1, 1, 1),
        });
        float[] planes = new float[checked(3 * width * height)];
        preprocessor.Run(new PixelView(_pixels, Width, Height, _format), planes, new PreprocessingScratch());
        return planes;
    }
}
