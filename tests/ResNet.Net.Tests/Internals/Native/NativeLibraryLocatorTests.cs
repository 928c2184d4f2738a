using System.Runtime.InteropServices;
using ResNet.Net.Internals.Imaging.Interop;
using ResNet.Net.Internals.Native;

namespace ResNet.Net.Tests.Internals.Native;

public class NativeLibraryLocatorTests
{
    private static readonly string RealLibrary = VipsApi.Instance.LibraryPath;

    [Fact]
    public void Load_ExplicitPathMissing_NamesPathCauseAndRemedy()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.FullPath, "missing.so");

        NativeLibraryException exception = Fail(Describe(), path);

        exception.Library.Should().Be("nonsense");
        exception.Message.Should().ContainAll("nonsense could not be loaded", $"{path} (option): no such file", "To fix it: feed the cat.");
        Tried(exception).Should().ContainSingle("a path that somebody named is the only candidate");
    }

    [Fact]
    public void Load_ExplicitRelativePath_NamesTheFullPath()
        => Fail(Describe(), "missing.so").Message.Should().Contain($"{Path.GetFullPath("missing.so")} (option): no such file");

    [Theory]
    [InlineData("this is no library\n")]
    [InlineData("")]
    [InlineData("\u007fELF")]
    public void Load_FileThatIsNoLibrary_NamesPathAndTheLoadersCause(string content)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("text.so", content);

        NativeLibraryException exception = Fail(Describe(), path);

        string tried = Tried(exception).Should().ContainSingle().Which;
        tried.Should().StartWith($"{path} (option): ");
        tried.Length.Should().BeGreaterThan($"{path} (option): ".Length + 5, "the loader's own words follow");
        tried.Should().NotContain("strace", "general advice is no cause");
        exception.Message.Should().EndWith("To fix it: feed the cat.");
    }

    [Fact]
    public void Load_LibraryWithoutTheProbe_SaysWhatItLacks()
    {
        NativeLibraryException exception = Fail(Describe() with { Probe = "no_such_export" }, RealLibrary);

        exception.Message.Should().ContainAll($"{Path.GetFullPath(RealLibrary)} (option): loads, but does not export no_such_export", "feed the cat");
    }

    [Fact]
    public void Load_ExplicitFolder_TriesEveryFileNameInIt()
    {
        using TemporaryFolder folder = new();
        NativeLibraryDescription library = Describe() with { FileNames = ["first.so", "second.so"] };

        NativeLibraryException exception = Fail(library, folder.FullPath);

        Tried(exception).Should().Equal(
            $"{Path.Combine(folder.FullPath, "first.so")} (option): no such file", $"{Path.Combine(folder.FullPath, "second.so")} (option): no such file");
    }

    [Fact]
    public void Load_ExplicitFolderOrFileThatHasIt_LoadsIt()
    {
        NativeLibraryDescription library = Describe() with { Probe = "vips_init", FileNames = ["missing.so", Path.GetFileName(RealLibrary)] };

        (nint file, string filePath) = NativeLibraryLocator.Load(library, RealLibrary);
        (nint folder, string folderPath) = NativeLibraryLocator.Load(library, Path.GetDirectoryName(RealLibrary));

        new[] { filePath, folderPath }.Should().OnlyContain(path => path == Path.GetFullPath(RealLibrary));
        NativeLibrary.TryGetExport(file, "vips_init", out _).Should().BeTrue();
        NativeLibrary.TryGetExport(folder, "vips_init", out _).Should().BeTrue();
    }

    [Fact]
    public void Load_EnvironmentVariable_IsHonoured()
    {
        NativeLibraryDescription library = Describe() with { Probe = "vips_init" };
        using TemporaryVariable variable = new(library.EnvironmentVariable, RealLibrary);

        (nint handle, string path) = NativeLibraryLocator.Load(library, null);

        path.Should().Be(Path.GetFullPath(RealLibrary));
        NativeLibrary.TryGetExport(handle, "vips_init", out _).Should().BeTrue();
    }

    [Fact]
    public void Load_EnvironmentVariableThatIsWrong_IsTheOnlyCandidateAndNamed()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.FullPath, "missing.so");
        NativeLibraryDescription library = Describe();
        using TemporaryVariable variable = new(library.EnvironmentVariable, path);

        Tried(Fail(library, null)).Should().Equal($"{path} ({library.EnvironmentVariable}): no such file");
    }

    [Fact]
    public void Load_ExplicitPath_WinsOverTheEnvironmentVariable()
    {
        NativeLibraryDescription library = Describe() with { Probe = "vips_init" };
        using TemporaryVariable variable = new(library.EnvironmentVariable, Path.GetFullPath("missing.so"));

        NativeLibraryLocator.Load(library, RealLibrary).Path.Should().Be(Path.GetFullPath(RealLibrary));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void Load_BlankEnvironmentVariable_CountsAsUnset(string value)
    {
        NativeLibraryDescription library = Describe();
        using TemporaryVariable variable = new(library.EnvironmentVariable, value);

        Tried(Fail(library, null)).Should().HaveCountGreaterThan(1).And.NotContain(line => line.Contains(library.EnvironmentVariable, StringComparison.Ordinal));
    }

    [Fact]
    public void Load_NothingNamed_ListsEveryPlaceAndTheSystemLoader()
    {
        NativeLibraryDescription library = Describe() with { FileNames = ["libnonsense-a.so", "libnonsense-b.so"] };

        IReadOnlyList<string> tried = Tried(Fail(library, null));

        foreach (string name in library.FileNames)
        {
            tried.Should().Contain($"{Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", name)}: no such file");
            tried.Should().Contain($"{Path.Combine(AppContext.BaseDirectory, name)}: no such file");
            tried.Should().ContainSingle(line => line.StartsWith($"{name} (system loader): ", StringComparison.Ordinal) && line.Length > name.Length + 20);
        }

        tried.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Load_LibraryWithoutTheProbeFirst_GoesOnToTheNext()
    {
        NativeLibraryDescription library = NativeLibraryDescription.Vips with { EnvironmentVariable = "RESNET_NET_TEST_NEXT", Probe = "no_such_export" };

        NativeLibraryException exception = Fail(library, null);

        Tried(exception).Should().HaveCountGreaterThan(1);
        exception.Message.Should().Contain("loads, but does not export no_such_export").And.Contain(library.Remedy);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData(" off ")]
    [InlineData("OFF")]
    public void LoadIfPresent_VariableTurnsItOff_IsNull(string value)
    {
        NativeLibraryDescription library = NativeLibraryDescription.Vips with { EnvironmentVariable = Describe().EnvironmentVariable };
        using TemporaryVariable variable = new(library.EnvironmentVariable, value);

        NativeLibraryLocator.LoadIfPresent(library).Should().BeNull("it is there, and turned off");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void LoadIfPresent_NothingNamed_SearchesAndIsNullWhereItIsNot(string? value)
    {
        NativeLibraryDescription present = NativeLibraryDescription.Vips with { EnvironmentVariable = Describe().EnvironmentVariable };
        NativeLibraryDescription absent = Describe() with { EnvironmentVariable = present.EnvironmentVariable };
        using TemporaryVariable variable = new(present.EnvironmentVariable, value);

        NativeLibraryLocator.LoadIfPresent(present)!.Value.Handle.Should().NotBe(0);
        NativeLibraryLocator.LoadIfPresent(absent).Should().BeNull();
    }

    [Fact]
    public void LoadIfPresent_VariableNamesAFileOrFolder_LoadsIt()
    {
        NativeLibraryDescription library = Describe() with { Probe = "vips_init", FileNames = [Path.GetFileName(RealLibrary)] };
        foreach (string place in new[] { RealLibrary, Path.GetDirectoryName(Path.GetFullPath(RealLibrary))! })
        {
            using TemporaryVariable variable = new(library.EnvironmentVariable, place);

            NativeLibraryLocator.LoadIfPresent(library)!.Value.Path.Should().Be(Path.GetFullPath(RealLibrary));
        }
    }

    [Fact]
    public void LoadIfPresent_VariableNamesNothingThatLoads_ThrowsAndNamesIt()
    {
        NativeLibraryDescription library = Describe() with { Probe = "vips_init", FileNames = [Path.GetFileName(RealLibrary)] };
        string path = Path.GetFullPath("missing.so");
        using TemporaryVariable variable = new(library.EnvironmentVariable, path);

        Action load = () => NativeLibraryLocator.LoadIfPresent(library);

        load.Should().ThrowExactly<NativeLibraryException>().WithMessage($"*{path} ({library.EnvironmentVariable}): no such file*feed the cat*");
    }

    // Every test has an environment variable of its own: they run beside each other.
    private static NativeLibraryDescription Describe() => new()
    {
        Name = "nonsense",
        Probe = "nonsense_init",
        EnvironmentVariable = $"RESNET_NET_TEST_{Guid.NewGuid():N}",
        FileNames = ["libresnet-net-nonsense.so"],
        Remedy = "feed the cat.",
    };

    private static NativeLibraryException Fail(NativeLibraryDescription library, string? path)
    {
        Action load = () => NativeLibraryLocator.Load(library, path);
        return load.Should().ThrowExactly<NativeLibraryException>().Which;
    }

    private static List<string> Tried(NativeLibraryException exception)
        => [.. exception.Message.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line[2..])];
}
