using System.Reflection;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

namespace ResNet.Net;

/// <summary>Checks the native libraries and the execution providers by using them.</summary>
internal static class NativeInspection
{
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
            string message = NativeLibraryFailure.Of("SkiaSharp", "SkiaSharp", "SkiaSharp.NativeAssets.<platform>", exception).Message;
            return status with { Error = message };
        }
    }

    public static IReadOnlyList<ExecutionProviderStatus> Providers()
        => [.. OrtRuntime.AvailableProviders.Select(name => Try(new ExecutionProvider(name) { AllowCpuFallback = true }))];

    private static ExecutionProviderStatus Try(ExecutionProvider provider)
    {
        try
        {
            ResNetClassifierOptions options = new() { ExecutionProvider = provider, Threads = 1 };
            using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
            _ = classifier.Classify(new PixelView(new byte[32 * 32 * 3], 32, 32));
            return new ExecutionProviderStatus { Name = provider.Name };
        }
        catch (ResNetException exception)
        {
            return new ExecutionProviderStatus { Name = provider.Name, Error = exception.Message };
        }
    }

    // Without the commit in "4.155.0+commit".
    private static string VersionOf(Assembly assembly)
    {
        string? version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? assembly.GetName().Version?.ToString();
        return version?.Split('+')[0] ?? "";
    }
}
