using System.Collections.Concurrent;

namespace ResNet.Net.Tests;

public class SkiaSharpDecoderConcurrencyTests
{
    [Fact]
    public void Decode_SixteenThreads_ReturnsTheOutcomeOfEachImage()
    {
        IEnumerable<ImageFixture> fixtures = ImageFixtures.Valid.Concat(ImageFixtures.Bad);
        (string Name, byte[] Encoded)[] files = [.. fixtures.Select(fixture => (fixture.Name, fixture.Encoded()))];
        DecodeOutcome[] expected = [.. files.Select(file => DecodeOutcome.Of(file.Encoded))];
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
                    DecodeOutcome outcome = DecodeOutcome.Of(files[i].Encoded);
                    Interlocked.Increment(ref decoded);
                    if (outcome.DifferenceFrom(expected[i]) is not null || outcome.Message != expected[i].Message)
                    {
                        wrong.Enqueue($"{files[i].Name}: {outcome}");
                    }
                }
            }
        }))];

        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        wrong.Should().BeEmpty();
        decoded.Should().Be(16 * 3 * files.Length);
        expected.Should().Contain(outcome => outcome.Failure != null).And.Contain(outcome => outcome.Failure == null);
    }
}
