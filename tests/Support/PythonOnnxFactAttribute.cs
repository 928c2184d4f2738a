namespace ResNet.Net.Tests.Support;

/// <summary>A test that needs ONNX's Python package: skipped, with the reason, where it is absent; never skipped in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonOnnxFactAttribute : FactAttribute
{
    public PythonOnnxFactAttribute() => Skip = OnnxChecker.IsMissing;
}
