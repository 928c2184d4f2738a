using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Inference.Interop;

namespace ResNet.Net.Tests.Internals.Inference;

public class OrtSessionTests
{
    private static readonly float[] Weights = [1, 0, 0, 0, 2, 0];
    private static readonly float[] Bias = [0.5f, -1];
    private static readonly SessionSettings Settings = new() { IntraOpThreads = 1 };

    [Fact]
    public void FromMemory_Metadata_IsTheFiles()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, -1, 5]), "test", Settings);

        session.Inputs.Should().ContainSingle().Which.ToString().Should().Be("'picture' Float [?, 3, ?, 5]");
        session.Outputs.Should().ContainSingle().Which.ToString().Should().Be("'scores' Float [?, 2]");
        session.Runtime.Api.Version.Should().MatchRegex(@"^\d+\.\d+\.\d+");
        session.Runtime.AvailableProviders.Should().Contain("CPUExecutionProvider");
    }

    [Fact]
    public void FromFile_PathBeyondAscii_LoadsAndRuns()
    {
        using TemporaryFolder folder = new();
        using OrtSession session = OrtSession.FromFile(folder.Write("môdel ☃.onnx", Model([-1, 3, 2, 2])), Settings);

        Run(session, 1).Should().Equal(0.5f + 2, -1 + 4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_TensorsOverPinnedBuffers_GivesTheArithmetic(int batch)
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);

        Run(session, batch).Should().Equal(Enumerable.Range(0, batch).SelectMany(i => new[] { 0.5f + (10 * i) + 2, -1 + (2 * ((10 * i) + 2)) }));
    }

    [Fact]
    public void Run_SteadyState_AllocatesNothing()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
        using AlignedBuffer input = new(12);
        using AlignedBuffer output = new(2);
        using OrtValueHandle inputTensor = session.CreateTensor(input, [1, 3, 2, 2]);
        using OrtValueHandle outputTensor = session.CreateTensor(output, [1, 2]);
        session.Run([new NamedTensor("picture", inputTensor)], [new NamedTensor("scores", outputTensor)]);

        long allocated = Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                session.Run([new NamedTensor("picture", inputTensor)], [new NamedTensor("scores", outputTensor)]);
            }
        });

        allocated.Should().Be(0);
    }

    [Fact]
    public void Run_SeveralOutputs_FillsEach()
    {
        byte[] model = new OnnxModelBuilder().Input("x", [-1, 4]).Output("negative", [-1, 4]).Output("positive", [-1, 4])
            .Node("Neg", ["x"], ["negative"]).Node("Abs", ["x"], ["positive"]).Build();
        using OrtSession session = OrtSession.FromMemory(model, "test", Settings);
        using AlignedBuffer x = new(4);
        using AlignedBuffer negative = new(4);
        using AlignedBuffer positive = new(4);
        new[] { 1f, -2f, 3f, -4f }.CopyTo(x.Span);
        using OrtValueHandle xTensor = session.CreateTensor(x, [1, 4]);
        using OrtValueHandle negativeTensor = session.CreateTensor(negative, [1, 4]);
        using OrtValueHandle positiveTensor = session.CreateTensor(positive, [1, 4]);

        session.Run([new NamedTensor("x", xTensor)], [new NamedTensor("positive", positiveTensor), new NamedTensor("negative", negativeTensor)]);

        negative.Span.ToArray().Should().Equal(-1, 2, -3, 4);
        positive.Span.ToArray().Should().Equal(1, 2, 3, 4);
    }

    [Fact]
    public void RunToArray_OutputOfUnknownShape_TellsIt()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2], outputShape: [-1, -1]), "test", Settings);
        using AlignedBuffer input = new(24);
        using OrtValueHandle tensor = session.CreateTensor(input, [2, 3, 2, 2]);

        (float[] values, long[] shape) = session.RunToArray([new NamedTensor("picture", tensor)], "scores");

        shape.Should().Equal(2, 2);
        values.Should().Equal(0.5f, -1, 0.5f, -1);
    }

    [Fact]
    public void Run_UnknownName_NamesItAndThoseThereAre()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
        using AlignedBuffer input = new(12);
        using OrtValueHandle tensor = session.CreateTensor(input, [1, 3, 2, 2]);

        ((Action)(() => session.RunToArray([new NamedTensor("data", tensor)], "scores"))).Should().Throw<ArgumentException>().WithMessage("*'data'*picture*scores*");
    }

    [Fact]
    public void Run_WrongShape_IsOnnxRuntimesErrorAndTheSessionGoesOn()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
        using AlignedBuffer input = new(12);
        using OrtValueHandle tensor = session.CreateTensor(input, [2, 3, 2, 1]);

        ((Action)(() => session.RunToArray([new NamedTensor("picture", tensor)], "scores"))).Should().Throw<OnnxRuntimeException>().Which.ErrorCode.Should().BePositive();
        Run(session, 1).Should().HaveCount(2);
    }

    [Fact]
    public void CreateTensor_LargerThanItsBuffer_Throws()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
        using AlignedBuffer buffer = new(11);

        ((Action)(() => session.CreateTensor(buffer, [1, 3, 2, 2]).Dispose())).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(100)]
    public void FromMemory_NoOnnxFile_IsOnnxRuntimesError(int length)
    {
        byte[] garbage = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 37))];

        ((Action)(() => OrtSession.FromMemory(garbage, "garbage.onnx", Settings).Dispose())).Should().Throw<OnnxRuntimeException>().WithMessage("*garbage.onnx*");
    }

    [Fact]
    public void FromMemory_ProviderNotInThisBuild_SaysWhatThereIs()
    {
        SessionSettings settings = Settings with { ExecutionProvider = new ExecutionProvider("Imaginary") };

        ((Action)(() => OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", settings).Dispose()))
            .Should().Throw<ResNetException>().WithMessage("*'Imaginary'*CPUExecutionProvider*");
    }

    [Fact]
    public void FromMemory_CpuProviderByName_Runs()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings with { ExecutionProvider = new ExecutionProvider("CPUExecutionProvider") });

        Run(session, 1).Should().HaveCount(2);
    }

    [Fact]
    public void FromMemory_ConfigEntries_ReachOnnxRuntime()
    {
        // ONNX Runtime refuses a value that it cannot read: the refusal shows that the entry arrived.
        SessionSettings settings = Settings with { ConfigEntries = new Dictionary<string, string> { ["session.intra_op_thread_affinities"] = "nonsense" }, IntraOpThreads = 2 };

        ((Action)(() => OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", settings).Dispose())).Should().Throw<OnnxRuntimeException>();
    }

    [Theory]
    [InlineData(GraphOptimization.None)]
    [InlineData(GraphOptimization.Basic)]
    [InlineData(GraphOptimization.Extended)]
    [InlineData(GraphOptimization.All)]
    public void FromMemory_EveryOptimization_GivesTheSame(GraphOptimization optimization)
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings with { Optimization = optimization, AllowSpinning = true, IntraOpThreads = 2 });

        Run(session, 1).Should().Equal(2.5f, 3);
    }

    [Fact]
    public void Log_TwoSessions_EachHandlerHearsItsOwn()
    {
        int first = 0;
        int second = 0;
        SessionSettings verbose = Settings with { LogLevel = OnnxRuntimeLogLevel.Verbose };
        using OrtSession loud = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "loud", verbose with { Log = (level, category, message) => Interlocked.Increment(ref first) });
        int heard = first;
        using OrtSession quiet = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "quiet", Settings with { LogLevel = OnnxRuntimeLogLevel.Error, Log = (level, category, message) => Interlocked.Increment(ref second) });

        heard.Should().BePositive();
        first.Should().Be(heard);
        second.Should().Be(0);
    }

    [Fact]
    public void Log_HandlerThatThrows_DoesNotEndTheProcess()
    {
        SessionSettings settings = Settings with { LogLevel = OnnxRuntimeLogLevel.Verbose, Log = (_, _, _) => throw new InvalidOperationException("of the handler") };
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", settings);

        Run(session, 1).Should().HaveCount(2);
    }

    [Fact]
    public void Dispose_ThenRun_Throws()
    {
        OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
        session.Dispose();
        session.Dispose();

        ((Action)(() => Run(session, 1))).Should().Throw<ObjectDisposedException>();
    }

    private static byte[] Model(long[] shape, long[]? outputShape = null) => OnnxModelBuilder.PlaneMeans(Weights, Bias, shape, outputShape: outputShape);

    // Plane p of picture i holds 10 i + 2 everywhere.
    private static float[] Run(OrtSession session, int batch)
    {
        using AlignedBuffer input = new(batch * 12);
        using AlignedBuffer output = new(batch * 2);
        for (int i = 0; i < batch; i++)
        {
            input.Span.Slice(i * 12, 12).Fill((10 * i) + 2);
        }

        using OrtValueHandle inputTensor = session.CreateTensor(input, [batch, 3, 2, 2]);
        using OrtValueHandle outputTensor = session.CreateTensor(output, [batch, 2]);
        session.Run([new NamedTensor("picture", inputTensor)], [new NamedTensor("scores", outputTensor)]);
        return output.Span.ToArray();
    }
}
