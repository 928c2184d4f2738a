namespace ResNet.Net.Tests;

public class RuntimeDiagnosticsTests
{
    [Fact]
    public void Inspect_ThisProcess_NamesWhatItHas()
    {
        RuntimeDiagnostics runtime = RuntimeDiagnostics.Inspect();

        runtime.NativeLibraries.Select(l => l.Name).Should().Equal("onnxruntime", "libvips", "libturbojpeg");
        runtime.NativeLibraries.Where(l => l.IsRequired).Should().OnlyContain(l => l.Error == null && l.Version != null && File.Exists(l.Path));
        runtime.NativeLibraries.Where(l => !l.IsRequired).Should().OnlyContain(l => l.Path == null != (l.Error == null));
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        runtime.NativeLibraries.First(l => l.Name == "onnxruntime").Version.Should().Be(classifier.OnnxRuntimeVersion);
        runtime.ExecutionProviders.Should().ContainSingle(p => p.Name == "CPU").Which.IsUsable.Should().BeTrue();
        runtime.ExecutionProviders.Where(p => !p.IsUsable).Should().OnlyContain(p => p.Error!.Length > 0);
        runtime.Processors.Should().Be(Environment.ProcessorCount);
        runtime.InstructionSets.Should().OnlyHaveUniqueItems().And.NotBeEmpty();
    }

    [Fact]
    public void Inspect_LibraryThatIsNotThere_SaysWhy()
    {
        NativeLibraryStatus library = RuntimeDiagnostics.Inspect("/no/such/onnxruntime").NativeLibraries.First(l => l.Name == "onnxruntime");

        (library.Path, library.Version).Should().Be((null, null));
        library.Error.Should().Contain("/no/such/onnxruntime");
    }
}
