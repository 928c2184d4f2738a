using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Orleans.Tests;

public sealed class ReadAheadTests
{
    private const int Count = 50;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(1000)]
    public async Task Read_AnyWindow_ReturnsEveryImageInOrder(int window)
    {
        using FakeSource source = new(hangs: false);
        ReadAhead reader = new(source, Images(Count), window, new ImageSourceOptions());
        int count = 0;

        await foreach (InputImage _ in reader.ReadAsync())
        {
            string? expected = count == FakeSource.Bad ? null : Convert.ToHexStringLower(SHA256.HashData(FakeSource.BytesOf(Name(count))));
            reader.HashOf(count).Should().Be(expected);
            count++;
            source.Opened.Should().BeLessThanOrEqualTo(Math.Min(Count, count - 1 + window), "no more are read ahead");
        }

        count.Should().Be(Count);
        source.Opened.Should().Be(Count);
    }

    /// <summary>As a network share whose server is gone: the thread that opens a file doesn't return.</summary>
    [Fact]
    public async Task Read_StorageThatHangs_IsAnErrorOfTheSource()
    {
        using FakeSource source = new(hangs: true);
        ReadAhead reader = new(source, Images(Count), 8, new ImageSourceOptions { Timeout = TimeSpan.FromSeconds(3) });
        int count = 0;

        Func<Task> reading = async () =>
        {
            await foreach (InputImage _ in reader.ReadAsync())
            {
                count++;
            }
        };

        (await reading.Should().ThrowAsync<ImageSourceException>()).WithMessage($"*'{Name(FakeSource.HangingImage)}'*3 seconds*");
        count.Should().Be(FakeSource.HangingImage);
    }

    [Fact]
    public async Task Read_CanceledWhileTheStorageHangs_Ends()
    {
        using FakeSource source = new(hangs: true);
        ReadAhead reader = new(source, Images(Count), 8, new ImageSourceOptions { Timeout = TimeSpan.FromMinutes(5) });
        using CancellationTokenSource stopping = new();

        Func<Task> reading = async () =>
        {
            int count = 0;
            await foreach (InputImage _ in reader.ReadAsync(stopping.Token))
            {
                if (++count == FakeSource.HangingImage)
                {
                    stopping.CancelAfter(10);
                }
            }
        };

        await reading.Should().ThrowAsync<OperationCanceledException>("it doesn't wait for the storage");
        reader.Discarded.IsCompleted.Should().BeFalse();
        source.Dispose();
        await reader.Discarded;
    }

    private static ShardImage[] Images(int count) => [.. Enumerable.Range(0, count).Select(i => new ShardImage(i, Name(i)))];

    private static string Name(int index) => index.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns an image, fails for one, and blocks the thread that opens another one if it is told to.</summary>
    private sealed class FakeSource(bool hangs) : IImageSource, IDisposable
    {
        public const int Bad = 5, HangingImage = 20;

        private readonly ManualResetEventSlim _answer = new();
        private int _opened;

        public int Opened => Volatile.Read(ref _opened);

        public static byte[] BytesOf(string name) => Encoding.UTF8.GetBytes(name);

        public IAsyncEnumerable<string> ListAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public async ValueTask<Stream> OpenAsync(string name, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _opened);
            if (hangs && name == Name(HangingImage))
            {
                _answer.Wait(CancellationToken.None);
            }

            await Task.Yield();
            return name == Name(Bad) ? throw new IOException("bad") : new MemoryStream(BytesOf(name));
        }

        // Not the event: a thread may still leave it.
        public void Dispose() => _answer.Set();
    }
}
