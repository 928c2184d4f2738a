using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ResNet.Net.Internals.Inference.Interop;

namespace ResNet.Net.Internals.Inference;

/// <summary>ONNX Runtime in this process: one library, one environment, loaded on first use and kept for the life of the process.</summary>
internal sealed unsafe class OrtRuntime
{
    private static readonly Lock Gate = new();
    private static readonly ConcurrentDictionary<string, OnnxRuntimeLogHandler> LogHandlers = new();
    private static OrtRuntime? _instance;
    private static long _lastLogId;

    private OrtRuntime(OrtApi api, string? requestedPath)
    {
        Api = api;
        RequestedPath = requestedPath;
        Environment = new OrtEnvironmentHandle(api);
        nint environment = 0;
        fixed (byte* id = "ResNet.Net"u8)
        {
            // Only what belongs to no session is judged by this level: every session sets its own.
            api.Check(api.CreateEnvWithCustomLogger(&OnLog, 0, (int)OnnxRuntimeLogLevel.Warning, id, &environment), "creating its environment");
        }

        Environment.Adopt(environment);
        api.Check(api.DisableTelemetryEvents(environment), "disabling telemetry");
        nint allocator = 0;
        api.Check(api.GetAllocatorWithDefaultOptions(&allocator), "getting its allocator");
        Allocator = allocator;
        CpuMemory = new OrtMemoryInfoHandle(api);
        nint memory = 0;
        const int ArenaAllocator = 1;
        const int DefaultMemory = 0;
        api.Check(api.CreateCpuMemoryInfo(ArenaAllocator, DefaultMemory, &memory), "describing CPU memory");
        CpuMemory.Adopt(memory);
        AvailableProviders = ReadAvailableProviders();
    }

    public OrtApi Api { get; }

    public OrtEnvironmentHandle Environment { get; }

    public OrtMemoryInfoHandle CpuMemory { get; }

    /// <summary>ONNX Runtime's default allocator; never freed.</summary>
    public nint Allocator { get; }

    /// <summary>Execution providers compiled in, such as <c>CPUExecutionProvider</c>: compiled in does not mean usable here.</summary>
    public IReadOnlyList<string> AvailableProviders { get; }

    private string? RequestedPath { get; }

    /// <param name="libraryPath">An explicit path of the library or its folder; null searches.</param>
    /// <exception cref="NativeLibraryException">The library cannot be loaded, or another one already is.</exception>
    public static OrtRuntime Get(string? libraryPath)
    {
        lock (Gate)
        {
            _instance ??= new OrtRuntime(OrtApi.Load(libraryPath), libraryPath);
            return libraryPath is null || libraryPath == _instance.RequestedPath || Path.GetFullPath(libraryPath) == Path.GetFullPath(_instance.Api.LibraryPath)
                ? _instance
                : throw new NativeLibraryException(
                    "onnxruntime",
                    $"ONNX Runtime {_instance.Api.Version} is already loaded from '{_instance.Api.LibraryPath}'; a process can hold one only, so '{libraryPath}' "
                    + "cannot be loaded. Give every classifier of the process the same OnnxRuntimeLibrary.");
        }
    }

    /// <summary>Registers a handler and returns the log id that its session must carry.</summary>
    public static string AddLogHandler(OnnxRuntimeLogHandler handler)
    {
        string id = $"resnet-{Interlocked.Increment(ref _lastLogId)}";
        LogHandlers[id] = handler;
        return id;
    }

    public static void RemoveLogHandler(string id) => LogHandlers.TryRemove(id, out _);

    // ONNX Runtime has one logger a process: the log id tells which session speaks.
    [UnmanagedCallersOnly]
    private static void OnLog(nint parameter, int severity, byte* category, byte* logId, byte* location, byte* message)
    {
        try
        {
            if (LogHandlers.IsEmpty)
            {
                return;
            }

            string id = Marshal.PtrToStringUTF8((nint)logId) ?? "";
            string text = Marshal.PtrToStringUTF8((nint)message) ?? "";
            string name = Marshal.PtrToStringUTF8((nint)category) ?? "";
            if (LogHandlers.TryGetValue(id, out OnnxRuntimeLogHandler? handler))
            {
                handler((OnnxRuntimeLogLevel)severity, name, text);
            }
        }
#pragma warning disable CA1031 // an exception must not pass through native frames: it would end the process
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private List<string> ReadAvailableProviders()
    {
        byte** names = null;
        int count = 0;
        Api.Check(Api.GetAvailableProviders(&names, &count), "listing execution providers");
        List<string> providers = new(count);
        for (int i = 0; i < count; i++)
        {
            providers.Add(Marshal.PtrToStringUTF8((nint)names[i]) ?? "");
        }

        Api.Check(Api.ReleaseAvailableProviders(names, count), "listing execution providers");
        return providers;
    }
}
