using ResNet.Net.Internals.Imaging.Interop;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Native;

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

    public static NativeLibraryStatus Vips()
    {
        NativeLibraryStatus missing = new() { Name = "libvips", Purpose = "decodes pictures", IsRequired = true };
        try
        {
            return missing with { Path = VipsApi.Instance.LibraryPath, Version = VipsApi.Instance.Version };
        }
        catch (NativeLibraryException exception)
        {
            return missing with { Error = exception.Message };
        }
    }

    public static NativeLibraryStatus TurboJpeg()
    {
        NativeLibraryDescription library = NativeLibraryDescription.TurboJpeg;
        NativeLibraryStatus missing = new() { Name = library.Name, Purpose = "decodes JPEG faster than libvips", IsRequired = false };
        try
        {
            return TurboJpegApi.Load() is TurboJpegApi api
                ? missing with { Path = api.LibraryPath }
                : missing with { Error = $"Not found, or turned off by {library.EnvironmentVariable}. To use it: {library.Remedy}" };
        }
        catch (NativeLibraryException exception)
        {
            // Somebody named it: every picture fails.
            return missing with { IsRequired = true, Error = exception.Message };
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
