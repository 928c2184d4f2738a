namespace ResNet.Net.Quantization.Tests;

/// <summary>Marks a test of the ResNet-18 backbone that ML.NET ships. It is skipped if the package is not in the NuGet cache.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ResNet18FactAttribute : FactAttribute
{
    public ResNet18FactAttribute() => Skip = File.Exists(Path) ? null : $"needs the file '{Path}'";

    /// <summary>Gets the path of the model file.</summary>
    public static string Path { get; } = System.IO.Path.Combine(
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        "microsoft.ml.dnnimagefeaturizer.resnet18", "0.23.1", "tools", "DnnImageModels", "ResNet18Onnx", "ResNet18.onnx");
}
