namespace ResNet.Net.Tests;

public class DiskSpaceTests
{
    [Fact]
    public void Of_AFolder_IsSomething()
    {
        DiskSpace.Of(Path.GetTempPath()).Should().BePositive();
    }

    [Fact]
    public void Of_NoFolder_IsUnknownOrThatOfItsDisk()
    {
        using TemporaryFolder folder = new();

        DiskSpace.Of(Path.Combine(folder.FullPath, "none")).Should().Match(b => b == null || b > 0);
    }

    [Fact]
    public void IsExhausted_OtherFaults_AreNot()
    {
        DiskSpace.IsExhausted(new UnauthorizedAccessException()).Should().BeFalse();
        DiskSpace.IsExhausted(new FileNotFoundException()).Should().BeFalse();
        DiskSpace.IsExhausted(new IOException("broken", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28)).Should().BeTrue();
    }
}
