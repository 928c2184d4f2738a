using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>Turns <see cref="SessionSettings"/> into ONNX Runtime's session options.</summary>
internal static class SessionOptionsBuilder
{
    private const string Suffix = "ExecutionProvider";

    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses a setting.</exception>
    /// <exception cref="ResNetException">The execution provider is not in this build of ONNX Runtime, or not usable here.</exception>
    public static SessionOptions Build(SessionSettings settings, string? logId)
    {
        SessionOptions options = new();
        try
        {
            options.IntraOpNumThreads = settings.IntraOpThreads;
            options.InterOpNumThreads = 1;
            options.GraphOptimizationLevel = settings.Optimization;
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", settings.AllowSpinning ? "1" : "0");
            if (settings.ExecutionProvider is { AllowCpuFallback: false, IsCpu: false })
            {
                options.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
            }

            // The caller's own entries come after, so that they win.
            foreach ((string key, string value) in settings.ConfigEntries)
            {
                options.AddSessionConfigEntry(key, value);
            }

            if (logId is not null)
            {
                options.LogId = logId;
            }

            options.LogSeverityLevel = OnnxRuntimeLog.LeastOf(settings.Log, settings.IsSaving);
            if (settings.ExecutionProvider is { IsCpu: false } provider)
            {
                Append(options, provider, Find(provider));
            }
            else if (settings.ExecutionProvider is { } cpu)
            {
                Find(cpu); // always there, and takes no options
            }

            settings.Configure?.Invoke(options);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    private static string Find(ExecutionProvider provider)
        => OrtRuntime.AvailableProviders.FirstOrDefault(p => p.Equals(provider.Name + Suffix, StringComparison.OrdinalIgnoreCase))
            ?? throw new ResNetException(
                $"The execution provider '{provider.Name}' is not in ONNX Runtime {OrtRuntime.Version}, which has: {string.Join(", ", OrtRuntime.AvailableProviders)}. "
                + "Reference a package that has it in the application (for CUDA: Microsoft.ML.OnnxRuntime.Gpu, docs/onnx-runtime.md), or leave ExecutionProvider unset to run on the CPU.");

    private static void Append(SessionOptions options, ExecutionProvider provider, string available)
    {
        Dictionary<string, string> own = new(provider.Options);
        try
        {
            switch (available)
            {
                case "CUDAExecutionProvider":
                    using (OrtCUDAProviderOptions cuda = new())
                    {
                        cuda.UpdateOptions(own);
                        options.AppendExecutionProvider_CUDA(cuda);
                    }

                    break;
                case "TensorrtExecutionProvider":
                    using (OrtTensorRTProviderOptions tensorRt = new())
                    {
                        tensorRt.UpdateOptions(own);
                        options.AppendExecutionProvider_Tensorrt(tensorRt);
                    }

                    break;
                default:
                    options.AppendExecutionProvider(available, own);
                    break;
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InferenceException(
                $"The execution provider '{provider.Name}' of ONNX Runtime {OrtRuntime.Version} cannot be used here. Install what it needs (docs/onnx-runtime.md), correct its options, "
                + $"or leave ExecutionProvider unset to run on the CPU. ONNX Runtime says: {exception.Message.Trim()}",
                exception);
        }
    }
}
