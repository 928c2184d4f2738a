using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Tests;

/// <summary>
/// Runs the test assembly as an application that creates the ONNX Runtime environment itself, or not. Prints what
/// <see cref="OrtEnvironmentTests"/> asserts.
/// </summary>
internal static class EnvironmentProbe
{
    public const string Command = "environment";
    public const string ApplicationFirst = "application-first", ApplicationWithLog = "application-with-log";
    public const string LibraryFirst = "library-first", NoLibrary = "no-library";

    private static readonly SessionSettings Settings = new() { IntraOpThreads = 1 };
    private static readonly byte[] Model = new OnnxModelBuilder()
        .Input("x", [-1, -1])
        .Output("y", [-1, -1])
        .Initializer("weights", [3, 2], new float[6])
        .Node("MatMul", ["x", "weights"], ["y"])
        .Build();

    public static int Run(string mode)
    {
        using RecordingLoggers logs = new();
        switch (mode)
        {
            case ApplicationFirst:
                using (OrtThreadingOptions threads = new() { GlobalIntraOpNumThreads = 1 })
                {
                    EnvironmentCreationOptions options = new()
                    {
                        logId = "application",
                        logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_VERBOSE,
                        loggingFunction = (_, _, _, _, _, _) => { },
                        threadOptions = threads,
                    };
                    OrtEnv environment = OrtEnv.CreateInstanceWithOptions(ref options);
                    Classify(logs);
                    Console.WriteLine(ReferenceEquals(environment, OrtEnv.Instance()));
                }

                break;
            case ApplicationWithLog:
                OrtEnv.Instance();
                Fail(Settings);
                Fail(Settings with { Log = logs.CreateLogger("ort") });
                Console.WriteLine(logs.Entries.Count);
                break;
            case LibraryFirst:
                Classify(logs);
                Fail(Settings);
                Fail(Settings with { Log = logs.CreateLogger("ort") });
                Console.WriteLine(logs.Of("OnnxRuntimeMessage").Count(e => e.Level == LogLevel.Error));
                FailInApplication();
                break;
            case NoLibrary:
                OrtEnv.DisableDllImportResolver = true;
                NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, (name, _, _) => throw new DllNotFoundException(
                    $"Unable to load shared library '{name}' or one of its dependencies. To diagnose it:\n"
                    + "/app/libonnxruntime.so: cannot open shared object file: No such file or directory\n"));
                for (int i = 0; i < 2; i++)
                {
                    try
                    {
                        ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20).Dispose();
                    }
                    catch (ResNetException exception)
                    {
                        Console.WriteLine(exception.Message);
                    }
                }

                LibraryStatus status = RuntimeDiagnostics.Inspect().Libraries[0];
                Console.WriteLine(status.Error);
                break;
        }

        return 0;
    }

    private static void Classify(RecordingLoggers logs)
    {
        ResNetClassifierOptions options = new() { LoggerFactory = logs };
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
        Console.WriteLine(classifier.Classify(new PixelView(new byte[3 * 32 * 32], 32, 32)).Predictions.Count);
    }

    private static void Fail(SessionSettings settings)
    {
        using OrtSession session = OrtSession.FromMemory(Model, "library", settings);
        using AlignedBuffer x = new(4);
        using OrtValue wide = x.CreateTensor([1, 4]);
        try
        {
            session.RunToArray([new NamedTensor("x", wide)], "y");
        }
        catch (InferenceException)
        {
            Console.WriteLine("failed");
        }
    }

    private static void FailInApplication()
    {
        using SessionOptions options = new() { LogId = "application" };
        using InferenceSession session = new(Model, options);
        using RunOptions run = new();
        using OrtValue wide = OrtValue.CreateTensorValueFromMemory(new float[4], [1, 4]);
        try
        {
            session.Run(run, ["x"], [wide], ["y"]).Dispose();
        }
        catch (OnnxRuntimeException)
        {
            Console.WriteLine("application failed");
        }
    }
}
