using System.Reflection;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

namespace ResNet.Net;

/// <summary>Loads the native libraries and tries them.</summary>
internal static class NativeInspection
{
    private const string Suffix = "ExecutionProvider";

    public static LibraryStatus OnnxRuntime()
    {
        LibraryStatus status = new() { Name = "Microsoft.ML.OnnxRuntime", Version = VersionOf(typeof(InferenceSession).Assembly) };
        try
        {
            return status with { NativeVersion = OrtRuntime.Version, NativePath = NativeLibraryFile.Find("onnxruntime") };
        }
        catch (ResNetException exception)
        {
            return status with { Error = exception.Message };
        }
    }

    public static LibraryStatus SkiaSharp()
    {
        LibraryStatus status = new() { Name = "SkiaSharp", Version = VersionOf(typeof(SKCodec).Assembly) };
        try
        {
            return status with { NativeVersion = SkiaSharpVersion.Native.ToString(), NativePath = NativeLibraryFile.Find("libSkiaSharp") };
        }
        catch (Exception exception) when (NativeLibraryFailure.Is(exception))
        {
            return status with { Error = NativeLibraryFailure.Of("SkiaSharp", "SkiaSharp", "SkiaSharp.NativeAssets.<platform>", exception).Message };
        }
    }

    public static IReadOnlyList<ExecutionProviderStatus> Providers()
        => [.. OrtRuntime.AvailableProviders.Select(name => Try(name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name))];

    private static ExecutionProviderStatus Try(string name)
    {
        try
        {
            ResNetClassifierOptions options = new() { ExecutionProvider = new ExecutionProvider(name) { AllowCpuFallback = true }, Threads = 1 };
            using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
            _ = classifier.Classify(new PixelView(new byte[32 * 32 * 3], 32, 32));
            return new ExecutionProviderStatus { Name = name };
        }
        catch (ResNetException exception)
        {
            return new ExecutionProviderStatus { Name = name, Error = exception.Message };
        }
    }

    // "4.155.0+commit" without the commit.
    private static string VersionOf(Assembly assembly)
        => (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString() ?? "").Split('+')[0];
}
