using System.Runtime.InteropServices;

namespace ResNet.Net.Internals.Preprocessing;

/// <summary>From a picture to a slot's input, as the profile says. Thread-safe: all that changes is in the scratch memory.</summary>
internal sealed class Preprocessor
{
    private readonly Normaliser _normaliser;

    /// <exception cref="ArgumentException">The profile is invalid.</exception>
    public Preprocessor(PreprocessingProfile profile)
    {
        profile.Validate();
        Profile = profile;
        _normaliser = new Normaliser(profile);
    }

    public PreprocessingProfile Profile { get; }

    /// <param name="source">The picture.</param>
    /// <param name="planes">The input of one picture, <c>[3, H, W]</c>.</param>
    /// <param name="scratch">The slot's memory.</param>
    public void Run(in PixelView source, Span<float> planes, PreprocessingScratch scratch)
    {
        ResizePlan plan = ResizePlan.Create(Profile, source.Width, source.Height);
        int length = plan.Width * plan.Height * 3;
        if (Profile.Interpolation == Interpolation.OpenCvBilinearFloat)
        {
            Span<float> crop = MemoryMarshal.Cast<byte, float>(scratch.Crop(length * sizeof(float)));
            OpenCvBilinearFloat.Resample(source, plan, crop, scratch);
            _normaliser.Apply(crop, planes);
        }
        else
        {
            Span<byte> crop = scratch.Crop(length);
            ResampleBytes(source, plan, crop, scratch);
            _normaliser.Apply(crop, planes);
        }
    }

    private void ResampleBytes(in PixelView source, in ResizePlan plan, Span<byte> crop, PreprocessingScratch scratch)
    {
        switch (Profile.Interpolation)
        {
            case Interpolation.PillowBilinear:
                PillowBilinear.Resample(source, plan, crop, scratch);
                break;
            case Interpolation.OpenCvBilinear:
                OpenCvBilinear.Resample(source, plan, crop, scratch);
                break;
            default:
                throw new ArgumentException($"Profile '{Profile.Name}': there is no interpolation {Profile.Interpolation}.");
        }
    }
}
