using ResNet.Net.Internals.Inference;

namespace ResNet.Net.Internals.Diagnostics;

/// <summary>Loads the native libraries and tries them.</summary>
internal static class NativeInspection
{
    private const string Suffix = "ExecutionProvider";

    public static (NativeLibraryStatus Library, IReadOnlyList<ExecutionProviderStatus> Providers) OnnxRuntime(string? path)
    {
        NativeLibraryStatus missing = new() { Name = "onnxruntime", Purpose = "runs the models", IsRequired = true };
        try
        {
            OrtRuntime runtime = OrtRuntime.Get(path);
            return (
                missing with { Path = runtime.Api.LibraryPath, Version = runtime.Api.Version },
                [.. runtime.AvailableProviders.Select(name => Try(name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name, path))]);
        }
        catch (ResNetException exception)
        {
            return (missing with { Error = exception.Message }, []);
        }
    }

    private static ExecutionProviderStatus Try(string name, string? path)
    {
        try
        {
            ResNetClassifierOptions options = new()
            {
                ExecutionProvider = new ExecutionProvider(name) { AllowCpuFallback = true },
                OnnxRuntimeLibrary = path,
                Threads = 1,
            };
            using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
            _ = classifier.Classify(new PixelView(new byte[32 * 32 * 3], 32, 32));
            return new ExecutionProviderStatus { Name = name };
        }
        catch (ResNetException exception)
        {
            return new ExecutionProviderStatus { Name = name, Error = exception.Message };
        }
    }
}
