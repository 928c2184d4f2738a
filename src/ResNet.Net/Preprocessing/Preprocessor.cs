namespace ResNet.Net;

/// <summary>Converts images to input tensors according to a profile. Thread-safe: all mutable state is in the scratch memory.</summary>
internal sealed class Preprocessor
{
    // Four corners and the center. Their mirror images are the other five of ten crops.
    private const int CropPositions = 5;

    private readonly CropSampling _sampling;
    private readonly Normalization _normalization;
    private readonly PreprocessingKernels _kernels;

    /// <exception cref="ArgumentException">The profile is invalid.</exception>
    /// <exception cref="ResNetException">The environment variable requests a SIMD width that is unknown or unsupported.</exception>
    public Preprocessor(PreprocessingProfile profile, CropSampling sampling = CropSampling.Center)
        : this(profile, sampling, SimdSelection.Choose(Environment.GetEnvironmentVariable(SimdSelection.Variable)))
    {
    }

    public Preprocessor(PreprocessingProfile profile, CropSampling sampling, SimdWidth width)
    {
        profile.Validate();
        Profile = profile;
        _sampling = sampling;
        _normalization = new Normalization(profile);
        _kernels = PreprocessingKernels.For(width);
    }

    public PreprocessingProfile Profile { get; }

    /// <summary>Gets the number of crops per image.</summary>
    public int CropCount => _sampling == CropSampling.TenCrop ? 2 * CropPositions : 1;

    /// <summary>Gets the index of the center crop.</summary>
    public int CenterCrop => _sampling == CropSampling.TenCrop ? CropPositions - 1 : 0;

    /// <inheritdoc cref="Normalization.Invert"/>
    public void Invert(ReadOnlySpan<float> crop, Span<byte> rgb) => _normalization.Invert(crop, rgb);

    /// <summary>Preprocesses one image as a classifier does.</summary>
    /// <inheritdoc cref="Run(in PixelView, ImageView, Span{float}, PreprocessingScratch)"/>
    public void Run(in PixelView source, Span<float> planes, PreprocessingScratch scratch) => Run(source, default, planes, scratch);

    /// <summary>Preprocesses a view of one image.</summary>
    /// <param name="source">The image.</param>
    /// <param name="view">The view.</param>
    /// <param name="planes">Receives the input of the image, <c>[CropCount, 3, Crop.Height, Crop.Width]</c>.</param>
    /// <param name="scratch">The scratch memory of the slot.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="planes"/> is too short, or resampling would need more memory than an array can hold.
    /// </exception>
    public void Run(in PixelView source, ImageView view, Span<float> planes, PreprocessingScratch scratch)
    {
        int needed = checked(CropCount * 3 * Profile.Crop.Width * Profile.Crop.Height);
        if (planes.Length < needed)
        {
            throw new ArgumentException(
                $"The input of an image has {needed} values, but the span has a length of {planes.Length}.", nameof(planes));
        }

        PixelView pixels = view.Open(Profile, source, out ResizePlan plan);
        try
        {
            if (_sampling == CropSampling.TenCrop)
            {
                RunTenCrop(pixels, plan, planes, scratch);
            }
            else
            {
                Run(pixels, plan, planes, scratch);
            }

            if (view.IsMirrored)
            {
                ReverseRows(planes[..needed], plan.Width);
            }

            _normalization.SubtractMeanImage(planes[..needed]);
        }
        catch (OverflowException exception)
        {
            throw new ArgumentException(
                $"An image of {source.Width}x{source.Height} cannot be resampled to {plan.ScaledWidth}x{plan.ScaledHeight} "
                + $"and cropped to {plan.Width}x{plan.Height}: this would need more memory than an array can hold. "
                + "Reduce the image first, or make the profile's Crop smaller.",
                nameof(source),
                exception);
        }
    }

    private void RunTenCrop(in PixelView source, in ResizePlan center, Span<float> planes, PreprocessingScratch scratch)
    {
        int length = 3 * center.Width * center.Height;
        Span<float> whole = default;
        ResizePlan full = center with { Left = 0, Top = 0, Width = center.ScaledWidth, Height = center.ScaledHeight };

        // The crops overlap, so the whole image is resampled once, unless it is so long that five separate crops are less work.
        if ((long)full.Width * full.Height <= (long)CropPositions * center.Width * center.Height)
        {
            whole = scratch.Tensor(checked(3 * full.Width * full.Height));
            Run(source, full, whole, scratch);
        }

        for (int i = 0; i < CropPositions; i++)
        {
            ResizePlan position = PlanAt(center, i);
            Span<float> crop = planes.Slice(i * length, length);
            if (whole.IsEmpty)
            {
                Run(source, position, crop, scratch);
            }
            else
            {
                CopyCrop(whole, position, crop);
            }

            Mirror(crop, center.Width, planes.Slice((i + CropPositions) * length, length));
        }
    }

    private static ResizePlan PlanAt(in ResizePlan center, int position)
    {
        (int right, int bottom) = (center.ScaledWidth - center.Width, center.ScaledHeight - center.Height);
        return position switch
        {
            0 => center with { Left = 0, Top = 0 },
            1 => center with { Left = right, Top = 0 },
            2 => center with { Left = 0, Top = bottom },
            3 => center with { Left = right, Top = bottom },
            _ => center,
        };
    }

    private static void CopyCrop(ReadOnlySpan<float> whole, in ResizePlan window, Span<float> crop)
    {
        for (int row = 0; row < 3 * window.Height; row++)
        {
            (int plane, int y) = Math.DivRem(row, window.Height);
            int start = (((plane * window.ScaledHeight) + window.Top + y) * window.ScaledWidth) + window.Left;
            whole.Slice(start, window.Width).CopyTo(crop.Slice(row * window.Width, window.Width));
        }
    }

    private static void Mirror(ReadOnlySpan<float> crop, int width, Span<float> mirrored)
    {
        crop.CopyTo(mirrored);
        ReverseRows(mirrored, width);
    }

    private static void ReverseRows(Span<float> planes, int width)
    {
        for (int start = 0; start < planes.Length; start += width)
        {
            planes.Slice(start, width).Reverse();
        }
    }

    private void Run(in PixelView source, in ResizePlan plan, Span<float> planes, PreprocessingScratch scratch)
    {
        TensorWriter output = new(planes, plan.Width, plan.Height, _normalization, _kernels);
        switch (Profile.Interpolation)
        {
            // At the original size, interpolation does not change the bytes.
            case not Interpolation.OpenCvBilinearFloat when plan.IsCopy:
                PixelCopy.Crop(source, plan, output, _kernels, scratch);
                break;
            case Interpolation.PillowBilinear:
                PillowResampler<PillowBilinearFilter>.Resample(source, plan, output, _kernels, scratch);
                break;
            case Interpolation.PillowBicubic:
                PillowResampler<PillowBicubicFilter>.Resample(source, plan, output, _kernels, scratch);
                break;
            case Interpolation.OpenCvBilinear:
                OpenCvBilinear.Resample(source, plan, Interpolation.OpenCvBilinear, output, _kernels, scratch);
                break;
            case Interpolation.OpenCvArea:
                OpenCvArea.Resample(source, plan, output, _kernels, scratch);
                break;
            case Interpolation.OpenCvBilinearFloat:
                OpenCvBilinearFloat.Resample(source, plan, output, _kernels, scratch);
                break;
            default:
                throw new ArgumentException(
                    $"Profile '{Profile.Name}': the interpolation {Profile.Interpolation} is unknown. Use a member of Interpolation.");
        }
    }
}
