using System.Runtime.InteropServices;
using ResNet.Net.Internals.Inference.Interop;

namespace ResNet.Net.Internals.Inference;

/// <summary>Turns <see cref="SessionSettings"/> into ONNX Runtime's session options.</summary>
internal static unsafe class SessionOptionsBuilder
{
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses a setting.</exception>
    /// <exception cref="ResNetException">The execution provider is not in this build of ONNX Runtime.</exception>
    public static OrtSessionOptionsHandle Build(OrtRuntime runtime, SessionSettings settings, string? logId)
    {
        OrtApi api = runtime.Api;
        OrtSessionOptionsHandle options = new(api);
        try
        {
            nint native = 0;
            api.Check(api.CreateSessionOptions(&native), "creating session options");
            options.Adopt(native);
            api.Check(api.SetIntraOpNumThreads(native, settings.IntraOpThreads), $"setting {settings.IntraOpThreads} threads");
            api.Check(api.SetInterOpNumThreads(native, 1), "setting one inter-op thread");
            api.Check(api.SetSessionGraphOptimizationLevel(native, (int)settings.Optimization), $"setting graph optimization {settings.Optimization}");
            if (settings.OptimizedModelPath is string path)
            {
                nint nativePath = OrtSession.NativePath(path);
                try
                {
                    api.Check(api.SetOptimizedModelFilePath(native, (void*)nativePath), $"setting the optimised model's path '{path}'");
                }
                finally
                {
                    Marshal.FreeCoTaskMem(nativePath);
                }
            }

            AddConfigEntry(api, native, "session.intra_op.allow_spinning", settings.AllowSpinning ? "1" : "0");
            if (settings.ExecutionProvider is { AllowCpuFallback: false, IsCpu: false })
            {
                AddConfigEntry(api, native, "session.disable_cpu_ep_fallback", "1");
            }

            // The caller's own entries come last, so that they win.
            foreach ((string key, string value) in settings.ConfigEntries)
            {
                AddConfigEntry(api, native, key, value);
            }

            if (logId is not null)
            {
                using Utf8Name id = new(logId);
                api.Check(api.SetSessionLogId(native, (byte*)id.Address), "setting the log id");
                api.Check(api.SetSessionLogSeverityLevel(native, (int)settings.LogLevel), $"setting log level {settings.LogLevel}");
            }

            if (settings.ExecutionProvider is not null)
            {
                AppendProvider(runtime, native, settings.ExecutionProvider);
            }

            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    private static void AddConfigEntry(OrtApi api, nint options, string key, string value)
    {
        using Utf8Name nativeKey = new(key);
        using Utf8Name nativeValue = new(value);
        api.Check(api.AddSessionConfigEntry(options, (byte*)nativeKey.Address, (byte*)nativeValue.Address), $"setting {key}={value}");
    }

    private static void AppendProvider(OrtRuntime runtime, nint options, ExecutionProvider provider)
    {
        OrtApi api = runtime.Api;
        string? available = runtime.AvailableProviders.FirstOrDefault(p => p.Equals(provider.Name + "ExecutionProvider", StringComparison.OrdinalIgnoreCase));
        if (available is null)
        {
            throw new ResNetException(
                $"The execution provider '{provider.Name}' is not in ONNX Runtime {api.Version} at '{api.LibraryPath}', which has: "
                + $"{string.Join(", ", runtime.AvailableProviders)}. Use a build that has it (for CUDA: the package Microsoft.ML.OnnxRuntime.Gpu), or leave ExecutionProvider unset to run on the CPU.");
        }

        if (provider.IsCpu)
        {
            return; // always there, and takes no options
        }

        List<Utf8Name> texts = [];
        Utf8Name Text(string value)
        {
            Utf8Name text = new(value);
            texts.Add(text);
            return text;
        }

        try
        {
            int count = provider.Options.Count;
            byte** keys = stackalloc byte*[count + 1];
            byte** values = stackalloc byte*[count + 1];
            int index = 0;
            foreach ((string key, string value) in provider.Options)
            {
                keys[index] = (byte*)Text(key).Address;
                values[index++] = (byte*)Text(value).Address;
            }

            string doing = $"adding the execution provider '{provider.Name}'";
            switch (available)
            {
                case "CUDAExecutionProvider":
                    AppendWithOptions(api, options, keys, values, count, doing, api.CreateCudaOptions, api.UpdateCudaOptions, api.AppendCuda, api.ReleaseCudaOptions);
                    break;
                case "TensorrtExecutionProvider":
                    AppendWithOptions(api, options, keys, values, count, doing, api.CreateTensorRTOptions, api.UpdateTensorRTOptions, api.AppendTensorRT, api.ReleaseTensorRTOptions);
                    break;
                default:
                    byte* name = (byte*)Text(GenericName(available)).Address;
                    api.Check(api.AppendExecutionProvider(options, name, keys, values, (nuint)count), doing);
                    break;
            }
        }
        finally
        {
            texts.ForEach(t => t.Dispose());
        }
    }

    // The generic entry point knows its providers without the suffix: CoreML, XNNPACK, QNN, DML, OpenVINO, WebGPU, ...
    private static string GenericName(string available) => available[..^"ExecutionProvider".Length] switch
    {
        "Xnnpack" => "XNNPACK",
        "Dml" => "DML",
        "WebGpu" => "WebGPU",
        var name => name,
    };

    private static void AppendWithOptions(
        OrtApi api,
        nint options,
        byte** keys,
        byte** values,
        int count,
        string doing,
        delegate* unmanaged<nint*, nint> create,
        delegate* unmanaged<nint, byte**, byte**, nuint, nint> update,
        delegate* unmanaged<nint, nint, nint> append,
        delegate* unmanaged<nint, void> release)
    {
        nint providerOptions = 0;
        api.Check(create(&providerOptions), doing);
        try
        {
            if (count > 0)
            {
                api.Check(update(providerOptions, keys, values, (nuint)count), doing);
            }

            api.Check(append(options, providerOptions), doing);
        }
        finally
        {
            release(providerOptions);
        }
    }
}
