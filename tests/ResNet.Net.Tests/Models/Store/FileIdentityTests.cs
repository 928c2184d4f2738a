namespace ResNet.Net.Tests;

public class FileIdentityTests
{
    [Fact]
    public void Of_SameFile_IsEqualAfterReading()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("x", "abc");
        FileIdentity? before = FileIdentity.Of(path);

        _ = File.ReadAllBytes(path);

        FileIdentity.Of(path).Should().Be(before);
        before!.Bytes.Should().Be(3);
    }

    [Fact]
    public void Of_MissingFileOrFolder_IsNull()
    {
        using TemporaryFolder folder = new();

        FileIdentity.Of(folder["none"]).Should().BeNull();
        FileIdentity.Of(folder.FullPath).Should().BeNull();
    }

    [Fact]
    public void Of_ReplacedFileWithSameTimeAndSize_DiffersOnLinux()
    {
        using TemporaryFolder folder = new();
        string a = folder.Write("a", "abc"), b = folder.Write("b", "abd");
        File.SetLastWriteTimeUtc(b, File.GetLastWriteTimeUtc(a));
        FileIdentity? before = FileIdentity.Of(a);

        File.Move(b, a, overwrite: true);

        (FileIdentity.Of(a) != before).Should().Be(OperatingSystem.IsLinux());
    }

    [Fact]
    public void Of_BrokenLink_IsNull()
    {
        using TemporaryFolder folder = new();
        string link = folder["link"];
        File.CreateSymbolicLink(link, folder["none"]);

        FileIdentity.Of(link).Should().BeNull();
    }
}
