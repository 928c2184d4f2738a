namespace ResNet.Net.Tests;

public class RuntimeDiagnosticsTests
{
    [Fact]
    public void Inspect_ThisProcess_DescribesIt()
    {
        RuntimeDiagnostics runtime = RuntimeDiagnostics.Inspect();

        runtime.Libraries.Select(l => l.Name).Should().Equal("Microsoft.ML.OnnxRuntime", "SkiaSharp");
        runtime.Libraries.Should().OnlyContain(
            l => l.Error == null && l.NativeVersion != null && l.Version.Length > 0 && File.Exists(l.NativePath));
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        LibraryStatus onnxRuntime = runtime.Libraries[0];
        onnxRuntime.NativeVersion.Should().Be(classifier.OnnxRuntimeVersion).And.Be(onnxRuntime.Version, "the package contains both");
        Path.GetFileName(onnxRuntime.NativePath).Should().Contain("onnxruntime");
        runtime.ExecutionProviders.Should().ContainSingle(p => p.Name == "CPU").Which.IsUsable.Should().BeTrue();
        runtime.ExecutionProviders.Should().OnlyContain(p => p.IsUsable == (p.Error == null));
        runtime.Processors.Should().Be(Environment.ProcessorCount);
        runtime.InstructionSets.Should().OnlyHaveUniqueItems().And.NotBeEmpty();
    }
}
