namespace ResNet.Net.Tests;

public class DiskSpaceTests
{
    [Fact]
    public void Of_ExistingFolder_IsPositive()
    {
        DiskSpace.Of(Path.GetTempPath()).Should().BePositive();
    }

    [Fact]
    public void Of_MissingFolder_IsNullOrPositive()
    {
        using TemporaryFolder folder = new();

        DiskSpace.Of(Path.Combine(folder.FullPath, "none")).Should().Match(b => b == null || b > 0);
    }

    [Fact]
    public void IsExhausted_OtherFailures_ReturnsFalse()
    {
        DiskSpace.IsExhausted(new UnauthorizedAccessException()).Should().BeFalse();
        DiskSpace.IsExhausted(new FileNotFoundException()).Should().BeFalse();
        DiskSpace.IsExhausted(new IOException("broken", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28)).Should().BeTrue();
    }
}
