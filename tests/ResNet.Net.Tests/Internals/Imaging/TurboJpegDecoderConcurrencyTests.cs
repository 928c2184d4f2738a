using System.Collections.Concurrent;
using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

public class TurboJpegDecoderConcurrencyTests
{
    [TurboJpegFact]
    public void Decode_SixteenThreadsWithGoodAndBadPictures_GivesEachItsOwnOutcome()
    {
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        (string Name, byte[] Encoded)[] files = [.. ImageFixtures.Valid.Concat(ImageFixtures.Bad).Where(fixture => fixture.File.EndsWith(".jpg", StringComparison.Ordinal)).Select(fixture => (fixture.Name, fixture.Encoded()))];
        DecodeOutcome[] alone = [.. files.Select(file => DecodeOutcome.Of(decoder, file.Encoded))];
        ConcurrentQueue<string> wrong = [];
        using Barrier start = new(16);
        Thread[] threads = [.. Enumerable.Range(0, 16).Select(seed => new Thread(() =>
        {
            int[] order = [.. Enumerable.Range(0, files.Length)];
            start.SignalAndWait();
            for (int round = 0; round < 10; round++)
            {
                new Random((seed * 100) + round).Shuffle(order);
                foreach (int i in order)
                {
                    if (DecodeOutcome.Of(decoder, files[i].Encoded).DifferenceFrom(alone[i]) is string difference)
                    {
                        wrong.Enqueue($"{files[i].Name}: {difference}");
                    }
                }
            }
        }))];

        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        wrong.Should().BeEmpty();
        alone.Should().Contain(outcome => outcome.Failure != null).And.Contain(outcome => outcome.Failure == null);
    }
}
