using System.Globalization;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Applies <c>--mean</c> and <c>--std</c> to a profile, and rejects values on another scale than that of its pixels.</summary>
internal static class Normalization
{
    private const float Bytes = 255;

    /// <param name="profile">The profile.</param>
    /// <param name="mean">The mean; null for the profile's.</param>
    /// <param name="std">The standard deviation; null for the profile's.</param>
    /// <exception cref="ArgumentException">A value is out of range, or on another scale than the pixels.</exception>
    public static PreprocessingProfile Apply(PreprocessingProfile profile, ChannelValues? mean, ChannelValues? std)
    {
        if (mean is ChannelValues m)
        {
            Check("--mean", m, profile, isOtherScale: Largest(m) is > 0 and <= 1);
            profile = profile with { Mean = m };
        }

        if (std is ChannelValues s)
        {
            if (Smallest(s) <= 0)
            {
                throw new ArgumentException($"--std {Format(s)} has a value that is not greater than 0. Pixels are divided by it.");
            }

            // 1 leaves bytes as they are.
            Check("--std", s, profile, isOtherScale: Smallest(s) < 1);
            profile = profile with { Std = s };
        }

        return profile;
    }

    /// <param name="option">The option.</param>
    /// <param name="values">Its values.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="isOtherScale">Whether the values are on the scale from 0 to 1 if the pixels are bytes.</param>
    private static void Check(string option, ChannelValues values, PreprocessingProfile profile, bool isOtherScale)
    {
        bool isBytes = profile.Range == ValueRange.ZeroTo255;
        string scale = $"the profile '{profile.Name}' has pixels from 0 to {(isBytes ? "255" : "1")}";
        if (Smallest(values) < 0 || Largest(values) > Bytes)
        {
            throw new ArgumentException($"{option} {Format(values)} has a value outside of the pixels: {scale}.");
        }

        if (isBytes ? isOtherScale : Largest(values) > 1)
        {
            float factor = isBytes ? Bytes : 1 / Bytes;
            ChannelValues scaled = new(values.First * factor, values.Second * factor, values.Third * factor);
            throw new ArgumentException(
                $"{option} {Format(values)} is on the scale from 0 to {(isBytes ? "1" : "255")}, but {scale}. "
                + $"On that scale, it is {option} {Format(scaled)}.");
        }
    }

    private static float Smallest(ChannelValues values) => Math.Min(values.First, Math.Min(values.Second, values.Third));

    private static float Largest(ChannelValues values) => Math.Max(values.First, Math.Max(values.Second, values.Third));

    private static string Format(ChannelValues values)
    {
        string Text(float value) => value.ToString("0.######", CultureInfo.InvariantCulture);
        return $"{Text(values.First)},{Text(values.Second)},{Text(values.Third)}";
    }
}
