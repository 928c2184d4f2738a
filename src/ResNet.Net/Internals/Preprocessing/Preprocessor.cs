using ResNet.Net.Internals.Preprocessing.Kernels;
using ResNet.Net.Internals.Simd;

namespace ResNet.Net.Internals.Preprocessing;

/// <summary>From a picture to a slot's input, as the profile says. Thread-safe: all that changes is in the scratch memory.</summary>
internal sealed class Preprocessor
{
    /// <summary>Four corners and the centre, and their mirror images.</summary>
    public const int TenCropCount = 10;

    private readonly Normalisation _normalisation;
    private readonly PreprocessingKernels _kernels;

    /// <exception cref="ArgumentException">The profile is invalid.</exception>
    /// <exception cref="ResNetException">The environment asks for instructions that are not there.</exception>
    public Preprocessor(PreprocessingProfile profile)
        : this(profile, SimdSelection.Choose(Environment.GetEnvironmentVariable(SimdSelection.Variable)))
    {
    }

    public Preprocessor(PreprocessingProfile profile, SimdWidth width)
    {
        profile.Validate();
        Profile = profile;
        _normalisation = new Normalisation(profile);
        _kernels = PreprocessingKernels.For(width);
    }

    public PreprocessingProfile Profile { get; }

    /// <param name="source">The picture.</param>
    /// <param name="planes">The input of one picture, <c>[3, H, W]</c>.</param>
    /// <param name="scratch">The slot's memory.</param>
    public void Run(in PixelView source, Span<float> planes, PreprocessingScratch scratch)
        => Run(source, ResizePlan.Create(Profile, source.Width, source.Height), planes, scratch);

    /// <summary>The ten crops of AlexNet and of the ResNet paper: top left, top right, bottom left, bottom right, centre, then the mirror images of these.</summary>
    /// <param name="source">The picture; resampled once.</param>
    /// <param name="planes">The input of ten pictures, <c>[10, 3, H, W]</c>.</param>
    /// <param name="scratch">The slot's memory.</param>
    public void RunTenCrop(in PixelView source, Span<float> planes, PreprocessingScratch scratch)
    {
        ResizePlan centre = ResizePlan.Create(Profile, source.Width, source.Height);
        (int width, int height) = (centre.ScaledWidth, centre.ScaledHeight);
        (int right, int bottom) = (width - centre.Width, height - centre.Height);
        Span<float> whole = scratch.Tensor(checked(3 * width * height));
        Run(source, centre with { Left = 0, Top = 0, Width = width, Height = height }, whole, scratch);
        int length = 3 * centre.Width * centre.Height;
        for (int i = 0; i < TenCropCount / 2; i++)
        {
            (int left, int top) = i switch
            {
                0 => (0, 0),
                1 => (right, 0),
                2 => (0, bottom),
                3 => (right, bottom),
                _ => (centre.Left, centre.Top),
            };
            Span<float> crop = planes.Slice(i * length, length);
            Span<float> mirrored = planes.Slice((i + (TenCropCount / 2)) * length, length);
            for (int row = 0; row < 3 * centre.Height; row++)
            {
                (int plane, int y) = Math.DivRem(row, centre.Height);
                Span<float> to = crop.Slice(row * centre.Width, centre.Width);
                whole.Slice((((plane * height) + top + y) * width) + left, centre.Width).CopyTo(to);
                Span<float> reversed = mirrored.Slice(row * centre.Width, centre.Width);
                to.CopyTo(reversed);
                reversed.Reverse();
            }
        }
    }

    private void Run(in PixelView source, in ResizePlan plan, Span<float> planes, PreprocessingScratch scratch)
    {
        TensorWriter output = new(planes, plan.Width, plan.Height, _normalisation, _kernels);
        switch (Profile.Interpolation)
        {
            // At the picture's own size no interpolation changes anything.
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
