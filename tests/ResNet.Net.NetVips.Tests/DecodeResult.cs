namespace ResNet.Net.Tests;

/// <summary>What a decoder makes of an image: its pixels as packed RGB on black, or its refusal. Uses the public API alone.</summary>
internal sealed record DecodeResult(int Width, int Height, byte[] Pixels, ImageDecodeFailure? Failure, string Message)
{
    // A guard against a hang, not a measure.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static DecodeResult Of(IImageDecoder decoder, byte[] encoded, ImageDecodingOptions? options = null)
    {
        try
        {
            using DecodedImage image = decoder.Decode(encoded, options);
            return new DecodeResult(image.Width, image.Height, image.Rgb(), null, "");
        }
        catch (ImageDecodeException exception)
        {
            return new DecodeResult(0, 0, [], exception.Failure, exception.Message);
        }
    }

    /// <summary>Fails instead of hanging.</summary>
    public static void MustEnd(string what, Action action)
    {
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        })
        { IsBackground = true };
        thread.Start();
        thread.Join(Patience).Should().BeTrue("{0} must not hang", what);
        failure.Should().BeNull();
    }

    /// <summary>Null where both have the same pixels or the same failure; else what differs.</summary>
    public string? DifferenceFrom(DecodeResult other)
    {
        if (Failure != other.Failure || Width != other.Width || Height != other.Height)
        {
            return $"{this} instead of {other}";
        }

        int wrong = Pixels.AsSpan().CommonPrefixLength(other.Pixels);
        return wrong == Pixels.Length ? null : $"byte {wrong} is {Pixels[wrong]} instead of {other.Pixels[wrong]}";
    }

    public void ShouldBeNear(ImageFixture fixture, byte[] expected, int tolerance)
    {
        Failure.Should().BeNull("{0}", Message);
        (Width, Height).Should().Be((fixture.Width, fixture.Height));
        Pixels.Should().HaveCount(expected.Length);
        Pixels.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThanOrEqualTo(tolerance);
    }

    public override string ToString() => Failure is null ? $"{Width}x{Height} pixels" : $"{Failure} ({Message})";
}
