using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Tests;

public class OrtSessionTests
{
    private static readonly float[] Weights = [1, 0, 0, 0, 2, 0];
    private static readonly float[] Bias = [0.5f, -1];
    private static readonly SessionSettings Settings = new() { IntraOpThreads = 1 };

    [Fact]
    public void FromMemory_Metadata_EqualsTheFile()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, -1, 5]), "test", Settings);

        session.Inputs.Should().ContainSingle().Which.ToString().Should().Be("'image' Float [?, 3, ?, 5]");
        session.Outputs.Should().ContainSingle().Which.ToString().Should().Be("'scores' Float [?, 2]");
        OrtRuntime.Version.Should().MatchRegex(@"^\d+\.\d+\.\d+");
        OrtRuntime.AvailableProviders.Should().Contain("CPUExecutionProvider");
    }

    [Fact]
    public void FromFile_NonAsciiPath_LoadsAndRuns()
    {
        using TemporaryFolder folder = new();
        using OrtSession session = OrtSession.FromFile(folder.Write("môdel ☃.onnx", Model([-1, 3, 2, 2])), Settings);

        Run(session, 1).Should().Equal(0.5f + 2, -1 + 4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_BoundTensors_ComputesTheModel(int batch)
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);

        IEnumerable<float> expected = Enumerable.Range(0, batch).SelectMany(i => new[] { 0.5f + (10 * i) + 2, -1 + (2 * ((10 * i) + 2)) });
        Run(session, batch).Should().Equal(expected);
    }

    [Fact]
    public void Run_SteadyState_AllocatesNothing()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
        using AlignedBuffer input = new(12);
        using AlignedBuffer output = new(2);
        using OrtValue inputTensor = input.CreateTensor([1, 3, 2, 2]);
        using OrtValue outputTensor = output.CreateTensor([1, 2]);
        using TensorBinding binding = session.Bind([new NamedTensor("image", inputTensor)], [new NamedTensor("scores", outputTensor)]);
        session.Run(binding);

        long allocated = Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                session.Run(binding);
            }
        });

        allocated.Should().Be(0);
    }

    [Fact]
    public void Run_SeveralOutputs_FillsEach()
    {
        byte[] model = new OnnxModelBuilder()
            .Input("x", [-1, 4]).Output("negative", [-1, 4]).Output("positive", [-1, 4])
            .Node("Neg", ["x"], ["negative"]).Node("Abs", ["x"], ["positive"]).Build();
        using OrtSession session = OrtSession.FromMemory(model, "test", Settings);
        using AlignedBuffer x = new(4);
        using AlignedBuffer negative = new(4);
        using AlignedBuffer positive = new(4);
        new[] { 1f, -2f, 3f, -4f }.CopyTo(x.Span);
        using OrtValue xTensor = x.CreateTensor([1, 4]);
        using OrtValue negativeTensor = negative.CreateTensor([1, 4]);
        using OrtValue positiveTensor = positive.CreateTensor([1, 4]);

        using TensorBinding binding = session.Bind(
            [new NamedTensor("x", xTensor)],
            [new NamedTensor("positive", positiveTensor), new NamedTensor("negative", negativeTensor)]);
        session.Run(binding);

        negative.Span.ToArray().Should().Equal(-1, 2, -3, 4);
        positive.Span.ToArray().Should().Equal(1, 2, 3, 4);
    }

    [Fact]
    public void RunToArray_OutputOfUnknownShape_ReturnsTheShape()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2], outputShape: [-1, -1]), "test", Settings);
        using AlignedBuffer input = new(24);
        using OrtValue tensor = input.CreateTensor([2, 3, 2, 2]);

        (float[] values, long[] shape) = session.RunToArray([new NamedTensor("image", tensor)], "scores");

        shape.Should().Equal(2, 2);
        values.Should().Equal(0.5f, -1, 0.5f, -1);
    }

    [Fact]
    public void Run_UnknownName_ThrowsWithTheRightNames()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
        using AlignedBuffer input = new(12);
        using OrtValue tensor = input.CreateTensor([1, 3, 2, 2]);

        ((Action)(() => session.RunToArray([new NamedTensor("data", tensor)], "scores")))
            .Should().Throw<ArgumentException>().WithMessage("*no input 'data'*image*");
    }

    [Fact]
    public void Run_WrongShape_ThrowsAndTheSessionRemainsUsable()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
        using AlignedBuffer input = new(12);
        using OrtValue tensor = input.CreateTensor([2, 3, 2, 1]);

        ((Action)(() => session.RunToArray([new NamedTensor("image", tensor)], "scores")))
            .Should().Throw<InferenceException>().WithMessage("*'test'*").WithInnerException<OnnxRuntimeException>();
        Run(session, 1).Should().HaveCount(2);
    }

    [Fact]
    public void CreateTensor_LargerThanItsBuffer_Throws()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
        using AlignedBuffer buffer = new(11);

        ((Action)(() => buffer.CreateTensor([1, 3, 2, 2]).Dispose())).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(100)]
    public void FromMemory_NoOnnxFile_Throws(int length)
    {
        byte[] garbage = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 37))];

        ((Action)(() => OrtSession.FromMemory(garbage, "garbage.onnx", Settings).Dispose()))
            .Should().Throw<InferenceException>().WithMessage("*garbage.onnx*");
    }

    [Fact]
    public void FromMemory_ProviderNotInThisBuild_ThrowsWithTheAvailable()
    {
        SessionSettings settings = Settings with { ExecutionProvider = new ExecutionProvider("Imaginary") };

        ((Action)(() => OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", settings).Dispose()))
            .Should().Throw<ResNetException>().WithMessage("*'Imaginary'*CPUExecutionProvider*");
    }

    [Fact]
    public void FromMemory_CpuProviderByName_Runs()
    {
        SessionSettings settings = Settings with { ExecutionProvider = new ExecutionProvider("CPUExecutionProvider") };
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", settings);

        Run(session, 1).Should().HaveCount(2);
    }

    [Fact]
    public void FromMemory_ConfigEntries_ReachOnnxRuntime()
    {
        // ONNX Runtime rejects the invalid value, which shows that it received the entry.
        SessionSettings settings = Settings with
        {
            ConfigEntries = new Dictionary<string, string> { ["session.intra_op_thread_affinities"] = "nonsense" },
            IntraOpThreads = 2,
        };

        ((Action)(() => OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", settings).Dispose())).Should().Throw<InferenceException>();
    }

    [Theory]
    [InlineData(GraphOptimizationLevel.ORT_DISABLE_ALL)]
    [InlineData(GraphOptimizationLevel.ORT_ENABLE_BASIC)]
    [InlineData(GraphOptimizationLevel.ORT_ENABLE_EXTENDED)]
    [InlineData(GraphOptimizationLevel.ORT_ENABLE_ALL)]
    public void FromMemory_AnyOptimization_GivesTheSameScores(GraphOptimizationLevel optimization)
    {
        SessionSettings settings = Settings with { Optimization = optimization, AllowSpinning = true, IntraOpThreads = 2 };
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", settings);

        Run(session, 1).Should().Equal(2.5f, 3);
    }

    [Fact]
    public void FromMemory_Configure_OverridesOtherSettings()
    {
        SessionSettings settings = Settings with
        {
            ConfigEntries = new Dictionary<string, string> { ["session.intra_op_thread_affinities"] = "nonsense" },
            IntraOpThreads = 2,
            Configure = options => options.AddSessionConfigEntry("session.intra_op_thread_affinities", "1"),
        };
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", settings);

        Run(session, 1).Should().Equal(2.5f, 3);
    }

    [Fact]
    public void Log_TwoSessions_EachLoggerReceivesItsOwn()
    {
        using RecordingLoggers all = new();
        using RecordingLoggers errors = new(LogLevel.Error);
        byte[] model = Model([-1, 3, 2, 2]);
        using OrtSession verbose = OrtSession.FromMemory(model, "verbose", Settings with { Log = all.CreateLogger("verbose") });
        int count = all.Entries.Count;
        using OrtSession quiet = OrtSession.FromMemory(model, "quiet", Settings with { Log = errors.CreateLogger("quiet") });
        using OrtSession silent = OrtSession.FromMemory(model, "silent", Settings);

        count.Should().BePositive();
        all.Entries.Should().HaveCount(count)
            .And.Contain(e => e.Level == LogLevel.Trace)
            .And.Contain(e => e.Level == LogLevel.Debug);
        errors.Entries.Should().BeEmpty();
    }

    [Fact]
    public void Log_FailedRun_IsOneErrorOfItsSession()
    {
        using RecordingLoggers logs = new(LogLevel.Warning);
        using RecordingLoggers others = new(LogLevel.Warning);
        byte[] model = new OnnxModelBuilder()
            .Input("x", [-1, -1])
            .Output("y", [-1, -1])
            .Initializer("weights", [3, 2], Weights)
            .Node("MatMul", ["x", "weights"], ["y"])
            .Build();
        using OrtSession session = OrtSession.FromMemory(model, "test", Settings with { Log = logs.CreateLogger("ort") });
        using OrtSession other = OrtSession.FromMemory(model, "other", Settings with { Log = others.CreateLogger("ort") });
        using AlignedBuffer x = new(4);
        using OrtValue wide = x.CreateTensor([1, 4]);

        ((Action)(() => session.RunToArray([new NamedTensor("x", wide)], "y")))
            .Should().Throw<InferenceException>().WithMessage("*'test'*MatMul*").WithInnerException<OnnxRuntimeException>();

        logs.Entries.Should().ContainSingle().Which.Level.Should().Be(LogLevel.Error);
        others.Entries.Should().BeEmpty();
    }

    [Fact]
    public void Log_LoggerThrows_ProcessContinues()
    {
        using OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings with { Log = new ThrowingLogger() });

        Run(session, 1).Should().HaveCount(2);
    }

    [Fact]
    public void Dispose_DuringRuns_EachRunCompletesOrThrows()
    {
        using AlignedBuffer input = new(12);
        using OrtValue inputTensor = input.CreateTensor([1, 3, 2, 2]);
        int completed = 0;
        int rejected = 0;
        int rounds = 0;

        // More of them on a busy machine, until the wait was long enough for a run.
        for (; rounds < 200 || (completed == 0 && rounds < 10_000); rounds++)
        {
            OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
            using Barrier start = new(3);
            Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            {
                using AlignedBuffer output = new(2);
                using OrtValue outputTensor = output.CreateTensor([1, 2]);
                using TensorBinding binding
                    = session.Bind([new NamedTensor("image", inputTensor)], [new NamedTensor("scores", outputTensor)]);
                start.SignalAndWait();
                try
                {
                    while (true)
                    {
                        output.Span.Clear();
                        session.Run(binding);
                        if (output.Span is [0.5f, -1])
                        {
                            Interlocked.Increment(ref completed);
                        }
                    }
                }
                catch (ObjectDisposedException)
                {
                    Interlocked.Increment(ref rejected);
                }
            }))];
            Array.ForEach(threads, t => t.Start());
            start.SignalAndWait();
            Thread.SpinWait(rounds * 50);

            session.Dispose();

            Array.ForEach(threads, t => t.Join());
        }

        rejected.Should().Be(2 * rounds);
        completed.Should().BePositive();
    }

    [Fact]
    public void Dispose_ThenRun_Throws()
    {
        OrtSession session = OrtSession.FromMemory(Model([-1, 3, 2, 2]), "test", Settings);
        session.Dispose();
        session.Dispose();

        ((Action)(() => Run(session, 1))).Should().Throw<ObjectDisposedException>();
    }

    private static byte[] Model(long[] shape, long[]? outputShape = null)
        => OnnxModelBuilder.PlaneMeans(Weights, Bias, shape, outputShape: outputShape);

    // All values of image i are 10 i + 2.
    private static float[] Run(OrtSession session, int batch)
    {
        using AlignedBuffer input = new(batch * 12);
        using AlignedBuffer output = new(batch * 2);
        for (int i = 0; i < batch; i++)
        {
            input.Span.Slice(i * 12, 12).Fill((10 * i) + 2);
        }

        using OrtValue inputTensor = input.CreateTensor([batch, 3, 2, 2]);
        using OrtValue outputTensor = output.CreateTensor([batch, 2]);
        using TensorBinding binding = session.Bind([new NamedTensor("image", inputTensor)], [new NamedTensor("scores", outputTensor)]);
        session.Run(binding);
        return output.Span.ToArray();
    }

    private sealed class ThrowingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => throw new InvalidOperationException("thrown by the logger");
    }
}
