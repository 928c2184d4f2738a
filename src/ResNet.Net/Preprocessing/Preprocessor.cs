namespace ResNet.Net;

/// <summary>From an image to a slot's input, as the profile says. Thread-safe: all that changes is in the scratch memory.</summary>
internal sealed class Preprocessor
{
    // Four corners and the center; mirrored, they are the other half of ten.
    private const int Positions = 5;

    private readonly CropSampling _sampling;
    private readonly Normalization _normalization;
    private readonly PreprocessingKernels _kernels;

    /// <exception cref="ArgumentException">The profile is invalid.</exception>
    /// <exception cref="ResNetException">The environment asks for instructions that are not there.</exception>
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

    /// <summary>Crops an image.</summary>
    public int CropCount => _sampling == CropSampling.TenCrop ? 2 * Positions : 1;

    /// <summary>Which of an image's crops is the center.</summary>
    public int CenterCrop => _sampling == CropSampling.TenCrop ? Positions - 1 : 0;

    /// <param name="source">The image.</param>
    /// <param name="planes">The input of one image, <c>[CropCount, 3, H, W]</c>.</param>
    /// <param name="scratch">The slot's memory.</param>
    public void Run(in PixelView source, Span<float> planes, PreprocessingScratch scratch)
    {
        int needed = checked(CropCount * 3 * Profile.Crop.Width * Profile.Crop.Height);
        if (planes.Length < needed)
        {
            throw new ArgumentException($"The input of an image has {needed} values, but the span has {planes.Length} places.", nameof(planes));
        }

        ResizePlan plan = ResizePlan.Create(Profile, source);
        try
        {
            if (_sampling == CropSampling.TenCrop)
            {
                RunTenCrop(source, plan, planes, scratch);
            }
            else
            {
                Run(source, plan, planes, scratch);
            }
        }
        catch (OverflowException exception)
        {
            throw new ArgumentException(
                $"An image of {source.Width}x{source.Height} cannot be resampled to {plan.ScaledWidth}x{plan.ScaledHeight} and cropped to {plan.Width}x{plan.Height}: "
                + "more memory would be needed than an array can hold. Shrink it before, or make the profile's Crop smaller.",
                nameof(source),
                exception);
        }
    }

    private void RunTenCrop(in PixelView source, in ResizePlan center, Span<float> planes, PreprocessingScratch scratch)
    {
        int length = 3 * center.Width * center.Height;
        Span<float> whole = default;
        ResizePlan all = center with { Left = 0, Top = 0, Width = center.ScaledWidth, Height = center.ScaledHeight };

        // Crops overlap, so that the whole image is resampled once, unless it is so long that five crops are less work.
        if ((long)all.Width * all.Height <= (long)Positions * center.Width * center.Height)
        {
            whole = scratch.Tensor(checked(3 * all.Width * all.Height));
            Run(source, all, whole, scratch);
        }

        for (int i = 0; i < Positions; i++)
        {
            ResizePlan position = At(center, i);
            Span<float> crop = planes.Slice(i * length, length);
            if (whole.IsEmpty)
            {
                Run(source, position, crop, scratch);
            }
            else
            {
                Cut(whole, position, crop);
            }

            Mirror(crop, center.Width, planes.Slice((i + Positions) * length, length));
        }
    }

    private static ResizePlan At(in ResizePlan center, int position)
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

    private static void Cut(ReadOnlySpan<float> whole, in ResizePlan window, Span<float> crop)
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
        for (int start = 0; start < crop.Length; start += width)
        {
            mirrored.Slice(start, width).Reverse();
        }
    }

    private void Run(in PixelView source, in ResizePlan plan, Span<float> planes, PreprocessingScratch scratch)
    {
        TensorWriter output = new(planes, plan.Width, plan.Height, _normalization, _kernels);
        switch (Profile.Interpolation)
        {
            // At the image's own size no interpolation changes anything.
            case not Interpolation.OpenCvBilinearFloat when plan.IsCopy:
                PixelCopy.Run(source, plan, output, _kernels, scratch);
                break;
            case Interpolation.PillowBilinear:
                PillowBilinear.Resample(source, plan, output, _kernels, scratch);
                break;
            case Interpolation.OpenCvBilinear:
                OpenCvBilinear.Resample(source, plan, output, _kernels, scratch);
                break;
            case Interpolation.OpenCvBilinearFloat:
                OpenCvBilinearFloat.Resample(source, plan, output, _kernels, scratch);
                break;
            default:
                throw new ArgumentException($"Profile '{Profile.Name}': there is no interpolation {Profile.Interpolation}.");
        }
    }
}
