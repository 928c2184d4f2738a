using System.Collections.Concurrent;
using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

public class VipsDecoderConcurrencyTests
{
    [Fact]
    public void Decode_SixteenThreadsWithGoodAndBadPictures_GivesEachItsOwnOutcome()
    {
        VipsDecoder decoder = new();
        (string Name, byte[] Encoded)[] files = [.. ImageFixtures.Valid.Concat(ImageFixtures.Bad).Select(fixture => (fixture.Name, fixture.Encoded()))];
        string[] alone = [.. files.Select(file => Outcome(decoder, file.Encoded))];
        ConcurrentQueue<string> wrong = [];
        int decoded = 0;
        using Barrier start = new(16);
        Thread[] threads = [.. Enumerable.Range(0, 16).Select(seed => new Thread(() =>
        {
            int[] order = [.. Enumerable.Range(0, files.Length)];
            start.SignalAndWait();
            for (int round = 0; round < 3; round++)
            {
                new Random((seed * 10) + round).Shuffle(order);
                foreach (int i in order)
                {
                    string outcome = Outcome(decoder, files[i].Encoded);
                    Interlocked.Increment(ref decoded);
                    if (outcome != alone[i])
                    {
                        wrong.Enqueue($"{files[i].Name}: {outcome} instead of {alone[i]}");
                    }
                }
            }
        }))];

        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        wrong.Should().BeEmpty();
        decoded.Should().Be(16 * 3 * files.Length);
        alone.Count(outcome => Enum.TryParse<ImageDecodeFailure>(outcome, out _)).Should().Be(ImageFixtures.Bad.Count);
    }

    // The failure, or a digest of the pixels. Never an exception of another kind: it would end the process, as it should.
    private static string Outcome(VipsDecoder decoder, byte[] encoded)
    {
        try
        {
            using DecodedImage image = decoder.Decode(encoded, new ImageDecodingOptions(), autoOrient: true);
            return $"{image.Width}x{image.Height} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(image.View.Pixels))}";
        }
        catch (ImageDecodeException exception)
        {
            return exception.Failure.ToString();
        }
    }
}
