namespace ResNet.Net.Tests.Support;

/// <summary>Marks a test that needs ONNX's Python package. It is skipped if the package is missing, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonOnnxFactAttribute : FactAttribute
{
    public PythonOnnxFactAttribute() => Skip = OnnxChecker.SkipReason;
}
