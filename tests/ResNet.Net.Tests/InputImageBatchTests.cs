using Microsoft.Extensions.Logging.Abstractions;

namespace ResNet.Net.Tests;

/// <summary>Tests batches from files, streams, encoded bytes and pixels: results, ownership of streams, cancellation.</summary>
public sealed class InputImageBatchTests : IDisposable
{
    private static readonly string[] Paths = TestFolders.SampleImagePaths;

    private readonly ResNetEmbedder _embedder
        = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, new ResNetEmbedderOptions { BatchSize = 4 });

    private readonly ResNetClassifier _classifier
        = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { BatchSize = 4 });

    /// <summary>The ways to process a list of images.</summary>
    public enum Form
    {
        Batch,
        BatchAsync,
        ManyAsync,
    }

    public static TheoryData<Form> Forms => [Form.Batch, Form.BatchAsync, Form.ManyAsync];

    public void Dispose()
    {
        _embedder.Dispose();
        _classifier.Dispose();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Embed_EveryKindOfInput_EqualsEmbedPerImage(Form form)
    {
        float[][] expected = [.. Paths.Select(p => _embedder.Embed(p))];
        using DecodedImage decoded = ImageDecoding.Default.Decode(await File.ReadAllBytesAsync(Paths[4]));
        byte[] pixels = decoded.Pixels.Pixels.ToArray();
        (int width, int height, PixelFormat format, int stride)
            = (decoded.Pixels.Width, decoded.Pixels.Height, decoded.Pixels.Format, decoded.Pixels.Stride);
        InputImage[] images =
        [
            Paths[0],
            await File.ReadAllBytesAsync(Paths[1]),
            (ReadOnlyMemory<byte>)await File.ReadAllBytesAsync(Paths[2]),
            new DripStream(await File.ReadAllBytesAsync(Paths[3])),
            InputImage.FromPixels(pixels, width, height, format, stride),
            InputImage.FromStream(() => File.OpenRead(Paths[5])),
            InputImage.FromEncoded(() => File.ReadAllBytes(Paths[6])),
            .. Paths[7..].Select(InputImage.FromFile),
        ];

        IReadOnlyList<EmbeddingOutcome> outcomes = await EmbedAsync(form, images);

        outcomes.Should().HaveCount(Paths.Length);
        for (int i = 0; i < outcomes.Count; i++)
        {
            outcomes[i].Value.Should().Equal(expected[i], (a, e) => Math.Abs(a - e) < 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Embed_SomeImagesFail_LosesNoOther(Form form)
    {
        string missing = Path.Combine(TestFolders.SampleImages, "missing.png");
        byte[] good = await File.ReadAllBytesAsync(Paths[0]);
        InputImage[] images =
        [
            InputImage.FromStream(() => throw new InvalidOperationException("no such blob")),
            new MemoryStream(good),
            new BrokenStream(new IOException("connection lost")),
            new BrokenStream(new OperationCanceledException("a timeout of the server")),
            new MemoryStream([1, 2, 3]),
            Paths[0],
            missing,
            null!,
            Array.Empty<byte>(),
            new MemoryStream(good),
            InputImage.FromEncoded(() => throw new InvalidOperationException("no such row")),
            InputImage.FromEncoded(() => default),
            InputImage.FromEncoded(() => good),
        ];

        IReadOnlyList<EmbeddingOutcome> outcomes = await EmbedAsync(form, images);

        outcomes.Select(o => o.Error?.GetType()).Should().Equal(
            typeof(InvalidOperationException),
            null,
            typeof(IOException),
            typeof(OperationCanceledException),
            typeof(ImageDecodeException),
            null,
            typeof(FileNotFoundException),
            typeof(ArgumentException),
            typeof(ImageDecodeException),
            null,
            typeof(InvalidOperationException),
            typeof(ImageDecodeException),
            null);
        float[] expected = _embedder.Embed(good);
        outcomes.Where(o => o.Succeeded).Should().OnlyContain(o => o.Value.Zip(expected, (a, e) => Math.Abs(a - e)).Max() < 1e-5);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Embed_Streams_AreReadOneAtATimeAndOwnedAsDocumented(Form form)
    {
        byte[] good = await File.ReadAllBytesAsync(Paths[0]);
        Tracker tracker = new();
        List<TrackedStream> opened = [];
        TrackedStream[] callers = [.. Enumerable.Range(0, 11).Select(i => new TrackedStream(i % 3 == 0 ? [1, 2] : good, tracker))];
        InputImage Owned(int index) => InputImage.FromStream(() =>
        {
            TrackedStream stream = new(index % 3 == 0 ? [1, 2] : good, tracker);
            opened.Add(stream);
            return stream;
        });

        IReadOnlyList<EmbeddingOutcome> outcomes = await EmbedAsync(
            form, [.. callers.SelectMany((s, i) => new[] { s, Owned(i) })]);

        outcomes.Select(o => o.Succeeded).Should().Equal(Enumerable.Range(0, 22).Select(i => i / 2 % 3 != 0));
        callers.Should().OnlyContain(s => s.IsReadToItsEnd && !s.IsDisposed);
        opened.Should().HaveCount(11).And.OnlyContain(s => s.IsReadToItsEnd && s.IsDisposed);
        tracker.MostAtOnce.Should().Be(1);
    }

    [Fact]
    public async Task EmbedBatchAsync_Streams_AreReadAsynchronously()
    {
        byte[] good = await File.ReadAllBytesAsync(Paths[0]);

        IReadOnlyList<EmbeddingOutcome> outcomes = await _embedder.EmbedBatchAsync([new AsyncOnlyStream(good)]);

        outcomes[0].Value.Should().Equal(_embedder.Embed(good));
        _embedder.EmbedBatch([new AsyncOnlyStream(good)])[0].Error.Should().BeOfType<NotSupportedException>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ClassifyBatch_EveryKindOfInput_EqualsClassify(bool isAsync)
    {
        byte[] encoded = await File.ReadAllBytesAsync(Paths[1]);
        byte[] pixels = new byte[40 * 30 * 3];
        new Random(3).NextBytes(pixels);
        InputImage[] images = [Paths[0], encoded, new DripStream(encoded), InputImage.FromPixels(pixels, 40, 30), Paths[2]];

        IReadOnlyList<ClassificationOutcome> outcomes = isAsync
            ? await _classifier.ClassifyBatchAsync(images, topK: 2)
            : _classifier.ClassifyBatch(images, topK: 2);
        IReadOnlyList<ClassificationOutcome> files = isAsync
            ? await _classifier.ClassifyBatchAsync(Paths, topK: 2)
            : _classifier.ClassifyBatch(Paths, topK: 2);

        Classification[] expected =
        [
            _classifier.Classify(Paths[0], 2),
            _classifier.Classify(encoded, 2),
            _classifier.Classify(encoded, 2),
            _classifier.Classify(new PixelView(pixels, 40, 30), 2),
            _classifier.Classify(Paths[2], 2),
        ];
        outcomes.SelectMany(o => o.Value.Predictions).Select(p => (p.ClassIndex, Math.Round(p.Probability, 4)))
            .Should().Equal(expected.SelectMany(c => c.Predictions).Select(p => (p.ClassIndex, Math.Round(p.Probability, 4))));
        files.Select(o => o.Value.Best.ClassIndex).Should().Equal(Paths.Select(p => _classifier.Classify(p).Best.ClassIndex));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Embed_CanceledDuringTheSecondBatch_ThrowsAndReadsNoFurtherStream(Form form)
    {
        byte[] good = await File.ReadAllBytesAsync(Paths[0]);
        using CancellationTokenSource source = new();
        int opened = 0;
        InputImage[] images = [.. Enumerable.Range(0, 40).Select(i => InputImage.FromStream(() =>
        {
            opened++;
            if (i == 6)
            {
                source.Cancel();
            }

            return new MemoryStream(good);
        }))];

        Func<Task> embed = () => EmbedAsync(form, images, source.Token);

        await embed.Should().ThrowAsync<OperationCanceledException>();
        opened.Should().Be(7, "the second batch has the images 4 to 7, and the third of them cancels");
        (await EmbedAsync(form, images[..5])).Should().OnlyContain(o => o.Succeeded);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Embed_FunctionsThatRead_RunConcurrentlyAndOnce(Form form)
    {
        byte[] good = await File.ReadAllBytesAsync(Paths[0]);
        using ManualResetEventSlim overlapped = new();
        int[] calls = new int[8];
        InputImage[] images = [.. Enumerable.Range(0, calls.Length).Select(i => InputImage.FromEncoded(() =>
        {
            Interlocked.Increment(ref calls[i]);
            if (calls.Sum() >= Math.Min(2, Environment.ProcessorCount))
            {
                overlapped.Set();
            }

            return overlapped.Wait(TimeSpan.FromMinutes(1)) ? good : throw new TimeoutException("no other function was called");
        }))];

        IReadOnlyList<EmbeddingOutcome> outcomes = await EmbedAsync(form, images);

        outcomes.Should().OnlyContain(o => o.Succeeded);
        calls.Should().OnlyContain(c => c == 1);
    }

    [Fact]
    public async Task EmbedBatch_FunctionReturnsNoStream_ReportsIt()
    {
        InputImage[] images = [InputImage.FromStream(() => null!), InputImage.FromFile(Paths[0])];

        IReadOnlyList<EmbeddingOutcome>[] forms = [_embedder.EmbedBatch(images), await _embedder.EmbedBatchAsync(images)];

        foreach (IReadOnlyList<EmbeddingOutcome> outcomes in forms)
        {
            outcomes[0].Error.Should().BeOfType<ArgumentException>().Which.Message.Should().Contain("returned null");
            outcomes[1].Succeeded.Should().BeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Embed_AlreadyCanceled_ThrowsAndOpensNothing(Form form)
    {
        int opened = 0;
        InputImage[] images = [InputImage.FromStream(() => new MemoryStream(new byte[++opened]))];

        Func<Task> embed = () => EmbedAsync(form, images, new CancellationToken(canceled: true));

        await embed.Should().ThrowAsync<OperationCanceledException>();
        opened.Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task RunBatches_CanceledOrFailed_ReturnsItsSlot(Form form)
    {
        byte[] good = await File.ReadAllBytesAsync(Paths[0]);
        OrtSession session = OrtSession.FromMemory(
            EmbeddedModel.Parse(ResNetVariant.Cifar10ResNet20).ToArray(), "slots", new SessionSettings { IntraOpThreads = 1 });
        ImagePipeline pipeline = new(
            session,
            ModelLayout.Read(session, "slots", null, null, PreprocessingProfile.Cifar10),
            new Preprocessor(PreprocessingProfile.Cifar10),
            "slots",
            new ResNetEmbedderOptions { BatchSize = 2 },
            null,
            ModelTelemetry.For($"slots {form}", "CPU"),
            NullLogger.Instance);
        using CancellationTokenSource source = new();
        InputImage cancels = InputImage.FromStream(() =>
        {
            source.Cancel();
            return new MemoryStream(good);
        });
        BatchJob<bool> succeeds = new(Operation.Embed, (_, _, _, _) => true, _ => false);
        BatchJob<bool> fails = new(Operation.Embed, (_, _, _, _) => throw new ResNetException("unreadable"), _ => false);

        await ((Func<Task>)(() => RunAsync(pipeline, form, fails, [good], CancellationToken.None)))
            .Should().ThrowAsync<ResNetException>();
        (await RunAsync(pipeline, form, succeeds, [good, good, good], CancellationToken.None)).Should().Equal(true, true, true);
        await ((Func<Task>)(() => RunAsync(pipeline, form, succeeds, [good, good, good, cancels, good], source.Token)))
            .Should().ThrowAsync<OperationCanceledException>();
        pipeline.Dispose();

        // Every slot holds a reference, and the last one frees the session.
        session.Invoking(s => s.AddReference()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void FromPixels_InvalidSize_Throws()
    {
        ((Action)(() => InputImage.FromPixels(new byte[11], 2, 2))).Should().Throw<ArgumentException>().WithParameterName("pixels");
        ((Action)(() => InputImage.FromPixels(new byte[12], 0, 2)))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("width");
        ((Action)(() => InputImage.FromFile(" "))).Should().Throw<ArgumentException>();
    }

    private static async Task<bool[]> RunAsync(
        ImagePipeline pipeline, Form form, BatchJob<bool> job, InputImage[] images, CancellationToken cancellationToken) => form switch
        {
            Form.Batch => pipeline.RunBatches(job, images.Length, i => images[i], cancellationToken),
            Form.BatchAsync => await pipeline.RunBatchesAsync(job, images.Length, i => images[i], cancellationToken),
            _ => await pipeline.RunManyAsync(job, images.ToAsyncEnumerable(), i => i, cancellationToken)
                .ToArrayAsync(CancellationToken.None),
        };

    private async Task<IReadOnlyList<EmbeddingOutcome>> EmbedAsync(
        Form form, InputImage[] images, CancellationToken cancellationToken = default) => form switch
        {
            Form.Batch => _embedder.EmbedBatch(images, cancellationToken),
            Form.BatchAsync => await _embedder.EmbedBatchAsync(images, cancellationToken),
            _ => await _embedder.EmbedManyAsync(images, cancellationToken).ToListAsync(CancellationToken.None),
        };

    private sealed class Tracker
    {
        private int _active;

        public int MostAtOnce { get; private set; }

        public void Enter() => MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _active));

        public void Leave() => Interlocked.Decrement(ref _active);
    }

    private sealed class TrackedStream(byte[] bytes, Tracker tracker) : MemoryStream(bytes)
    {
        private readonly int _length = bytes.Length;
        private int _read;

        public bool IsReadToItsEnd => _read == _length;

        public bool IsDisposed { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            tracker.Enter();
            Thread.Yield();
            int read = base.Read(buffer[..Math.Min(buffer.Length, 500)]);
            _read += read;
            tracker.Leave();
            return read;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            tracker.Enter();
            await Task.Yield();
            int read = base.Read(buffer.Span[..Math.Min(buffer.Length, 500)]);
            _read += read;
            tracker.Leave();
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    private sealed class BrokenStream(Exception error) : MemoryStream([1])
    {
        public override int Read(Span<byte> buffer) => throw error;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw error;
    }

    /// <summary>A stream like the body of a request in ASP.NET Core.</summary>
    private sealed class AsyncOnlyStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => throw new NotSupportedException("Synchronous reads are not supported.");

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return base.Read(buffer.Span);
        }
    }
}
