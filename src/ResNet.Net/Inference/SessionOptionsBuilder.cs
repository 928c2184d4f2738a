using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>Converts <see cref="SessionSettings"/> to the session options of ONNX Runtime.</summary>
internal static class SessionOptionsBuilder
{
    private const string Suffix = "ExecutionProvider";

    /// <exception cref="OnnxRuntimeException">ONNX Runtime rejects a setting.</exception>
    /// <exception cref="ResNetException">
    /// The execution provider is not in this build of ONNX Runtime, or not usable, or a callback sets too many threads.
    /// </exception>
    public static SessionOptions Build(SessionSettings settings, string? logId)
    {
        SessionOptions options = new();
        try
        {
            options.IntraOpNumThreads = settings.IntraOpThreads;
            options.InterOpNumThreads = 1;
            options.GraphOptimizationLevel = settings.Optimization;
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", settings.AllowSpinning ? "1" : "0");

            // Threads spin during a run only, so that an idle model leaves the cores to others.
            options.AddSessionConfigEntry("session.force_spinning_stop", "1");
            if (settings.ExecutionProvider is { AllowCpuFallback: false, IsCpu: false })
            {
                options.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
            }

            // After the entries above, so that the caller's entries override them.
            foreach ((string key, string value) in settings.ConfigEntries)
            {
                options.AddSessionConfigEntry(key, value);
            }

            if (logId is not null)
            {
                options.LogId = logId;
            }

            options.LogSeverityLevel = OnnxRuntimeLog.SeverityFor(settings.Log, settings.MinimumSeverity);
            if (settings.ExecutionProvider is { IsCpu: false } provider)
            {
                Append(options, provider, Find(provider));
            }
            else if (settings.ExecutionProvider is { } cpu)
            {
                Find(cpu); // always available, without options
            }

            settings.Configure?.Invoke(options);
            ThrowIfTooManyThreads(options);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    // A callback can set what the options reject.
    private static void ThrowIfTooManyThreads(SessionOptions options)
    {
        int threads = Math.Max(options.IntraOpNumThreads, options.InterOpNumThreads);
        if (threads > SessionSettings.MaxThreads)
        {
            throw new ResNetException(
                $"ResNetClassifierOptions.ConfigureSession sets {threads} threads; at most {SessionSettings.MaxThreads} are allowed. "
                + "Set fewer.");
        }
    }

    private static string Find(ExecutionProvider provider)
        => OrtRuntime.AvailableProviders.FirstOrDefault(p => p.Equals(provider.Name + Suffix, StringComparison.OrdinalIgnoreCase))
            ?? throw new ResNetException(
                $"The execution provider '{provider.Name}' is not in ONNX Runtime {OrtRuntime.Version}, "
                + $"which has: {string.Join(", ", OrtRuntime.AvailableProviders)}. Reference a package that contains it in the application "
                + "(for CUDA: Microsoft.ML.OnnxRuntime.Gpu, docs/onnx-runtime.md), or leave ExecutionProvider unset to run on the CPU.");

    private static void Append(SessionOptions options, ExecutionProvider provider, string available)
    {
        Dictionary<string, string> providerOptions = new(provider.Options);
        try
        {
            switch (available)
            {
                case "CUDAExecutionProvider":
                    using (OrtCUDAProviderOptions cuda = new())
                    {
                        cuda.UpdateOptions(providerOptions);
                        options.AppendExecutionProvider_CUDA(cuda);
                    }

                    break;
                case "TensorrtExecutionProvider":
                    using (OrtTensorRTProviderOptions tensorRt = new())
                    {
                        tensorRt.UpdateOptions(providerOptions);
                        options.AppendExecutionProvider_Tensorrt(tensorRt);
                    }

                    break;
                default:
                    options.AppendExecutionProvider(available, providerOptions);
                    break;
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InferenceException(
                $"The execution provider '{provider.Name}' of ONNX Runtime {OrtRuntime.Version} cannot be used on this machine. "
                + "Install its dependencies (docs/onnx-runtime.md), correct its options, or leave ExecutionProvider unset to run on the "
                + $"CPU. ONNX Runtime reports: {exception.Message.Trim()}",
                exception);
        }
    }
}
