namespace ResNet.Net;

/// <summary>
/// Represents a view of an image: a window that becomes the model's input, mirrored or not. The default value is the window of the profile,
/// which a classifier sees.
/// </summary>
/// <param name="Size">
/// The size of the window, which has the aspect ratio of the model's input: above 0, up to 1 for the largest one that fits into the image.
/// It is resampled to the input without a margin. 0 is the window of the profile.
/// </param>
/// <param name="X">The horizontal position, from 0 (left) to 1 (right). Not used if <paramref name="Size"/> is 0.</param>
/// <param name="Y">The vertical position, from 0 (top) to 1 (bottom). Not used if <paramref name="Size"/> is 0.</param>
/// <param name="IsMirrored">Whether left and right are swapped.</param>
internal readonly record struct ImageView(float Size, float X, float Y, bool IsMirrored)
{
    /// <summary>Determines the pixels that a view shows, and how they become the input.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="image">The whole image.</param>
    /// <param name="plan">Receives the geometry.</param>
    /// <returns>The pixels from which the window is resampled: the whole image, or the window.</returns>
    public PixelView Open(PreprocessingProfile profile, in PixelView image, out ResizePlan plan)
    {
        if (Size == 0)
        {
            plan = ResizePlan.Create(profile, image);
            return image;
        }

        (int width, int height) = (profile.Crop.Width, profile.Crop.Height);
        double scale = Math.Min((double)image.Width / width, (double)image.Height / height) * Size;
        (int left, int columns) = Window(image.Width, width * scale, X);
        (int top, int rows) = Window(image.Height, height * scale, Y);
        plan = new ResizePlan(columns, rows, width, height, 0, 0, width, height);
        return image.Part(left, top, columns, rows);
    }

    private static (int Start, int Length) Window(int available, double length, float position)
    {
        int pixels = Math.Clamp((int)Math.Round(length), 1, available);
        return ((int)Math.Round((available - pixels) * position), pixels);
    }
}
