namespace ResNet.Net;

/// <summary>Crops an image that needs no resampling.</summary>
internal static class PixelCopy
{
    public static void Crop(
        in PixelView source, in ResizePlan plan, in TensorWriter output, PreprocessingKernels kernels, PreprocessingScratch scratch)
    {
        PixelLayout layout = PixelLayout.Of(source.Format);
        bool isContiguous = plan.Width == source.Width && source.Stride == source.Width * layout.Size;
        if (isContiguous && layout is { HasAlpha: false, PlaneCount: 3 })
        {
            output.WritePixels(0, source.Pixels.Slice(plan.Top * source.Stride, plan.Height * source.Stride), layout);
            return;
        }

        for (int y = 0; y < plan.Height; y++)
        {
            PixelView view = AlphaFlattener.FlattenRows(source, plan.Top + y, 1, kernels, scratch);
            ReadOnlySpan<byte> row = view.Pixels.Slice(plan.Left * layout.Size, plan.Width * layout.Size);
            if (layout.PlaneCount == 1)
            {
                output.Write(y, row, 0);
            }
            else
            {
                output.WritePixels(y, row, layout);
            }
        }
    }
}
