using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ResNet.Net.Tests;

/// <summary>Buffers start or end at an inaccessible page, so that an access beyond them terminates the process.</summary>
public unsafe class GuardedBufferTests
{
    private const int Side = 32, Classes = 10, Features = 64;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decode_EncodedImageAtAGuardPage_HasTheSameOutcome(bool exactStart)
        => ShouldDecodeAlike(new SkiaSharpDecoder(), exactStart);

    [LibJpegTurboTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decode_EncodedImageAtAGuardPageWithLibJpegTurbo_HasTheSameOutcome(bool exactStart)
        => ShouldDecodeAlike(new LibJpegTurboDecoder(), exactStart);

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public void Run_TensorsAtAGuardPage_ComputesTheModel(int batch, bool exactStart)
    {
        float[] weights = [1, 0, 0, 0, 2, 0], bias = [0.5f, -1];
        byte[] model = OnnxModelBuilder.PlaneMeans(weights, bias, [-1, 3, 2, 2]);
        using OrtSession session = OrtSession.FromMemory(model, "test", new SessionSettings { IntraOpThreads = 2 });
        using GuardedMemory input = new(batch * 12 * sizeof(float), exactStart), output = new(batch * 2 * sizeof(float), exactStart);
        input.Floats.Fill(2);
        using OrtValue inputTensor = Tensor(input, [batch, 3, 2, 2]), outputTensor = Tensor(output, [batch, 2]);
        using TensorBinding binding = session.Bind([new NamedTensor("image", inputTensor)], [new NamedTensor("scores", outputTensor)]);

        session.Run(binding);

        output.Floats.ToArray().Should().Equal(Enumerable.Repeat(new[] { 2.5f, 3 }, batch).SelectMany(scores => scores));
    }

    [Theory]
    [InlineData(ExecutionMode.Latency, false)]
    [InlineData(ExecutionMode.Latency, true)]
    [InlineData(ExecutionMode.Throughput, false)]
    public void GetScores_PixelsAndScoresAtAGuardPage_ReturnsTheSame(ExecutionMode mode, bool exactStart)
    {
        using ResNetClassifier classifier
            = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { ExecutionMode = mode });
        using ResNetEmbedder embedder
            = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, new ResNetEmbedderOptions { ExecutionMode = mode });
        using GuardedMemory pixels = new(Side * Side * 3, exactStart);
        using GuardedMemory scores = new(Classes * sizeof(float), exactStart), embedding = new(Features * sizeof(float), exactStart);
        new Random(4).NextBytes(pixels.Span);
        byte[] copy = pixels.Span.ToArray();
        float[] expectedScores = new float[Classes];
        classifier.GetScores(new PixelView(copy, Side, Side), expectedScores);
        float[] expectedEmbedding = embedder.Embed(new PixelView(copy, Side, Side));

        classifier.GetScores(new PixelView(pixels.Span, Side, Side), scores.Floats);
        embedder.Embed(new PixelView(pixels.Span, Side, Side), embedding.Floats);

        scores.Floats.ToArray().Should().Equal(expectedScores);
        embedding.Floats.ToArray().Should().Equal(expectedEmbedding);
    }

    private static void ShouldDecodeAlike(IImageDecoder decoder, bool exactStart)
    {
        List<string> differences = [];
        foreach (ImageFixture fixture in (ImageFixture[])[.. ImageFixtures.Valid, .. ImageFixtures.Bad, .. ImageFixtures.Either])
        {
            byte[] encoded = fixture.Encoded();
            using GuardedMemory guarded = new(Math.Max(encoded.Length, 1), exactStart);
            encoded.CopyTo(guarded.Span);
            DecodeOutcome expected = DecodeOutcome.Of(decoder, encoded);
            if (DecodeOutcome.Of(decoder, guarded.Span[..encoded.Length]).DifferenceFrom(expected) is string difference)
            {
                differences.Add($"{fixture.Name}: {difference}");
            }
        }

        differences.Should().BeEmpty();
    }

    private static OrtValue Tensor(GuardedMemory memory, long[] shape)
    {
        fixed (float* first = memory.Floats)
        {
            return OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (nint)first, memory.Floats.Length * sizeof(float));
        }
    }
}
