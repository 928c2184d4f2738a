namespace ResNet.Net.Tests;

public sealed class ProcessorBudgetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("150000 100000", 1.5)]
    [InlineData("400000 200000", 2.0)]
    [InlineData("max 100000", null)]
    [InlineData("nonsense", null)]
    [InlineData("100000 0", null)]
    public void Quota_Version2_IsTheRatio(string line, double? expected)
    {
        File.WriteAllText(_folder["a", "cpu.max"], $"{line}\n");

        ProcessorBudget.Quota(_folder.FullPath, ["0::/a"]).Should().Be(expected);
    }

    [Fact]
    public void Quota_Version2_TheTightestUpToTheRootCounts()
    {
        File.WriteAllText(_folder["a", "cpu.max"], "100000 100000\n");
        File.WriteAllText(_folder["a", "b", "cpu.max"], "300000 100000\n");
        File.WriteAllText(_folder["a", "b", "c", "cpu.max"], "max 100000\n");

        ProcessorBudget.Quota(_folder.FullPath, ["0::/a/b/c"]).Should().Be(1.0);
    }

    [Theory]
    [InlineData("250000", 2.5)]
    [InlineData("-1", null)]
    public void Quota_Version1_IsTheRatio(string quota, double? expected)
    {
        File.WriteAllText(_folder["cpu,cpuacct", "x", "cpu.cfs_quota_us"], $"{quota}\n");
        File.WriteAllText(_folder["cpu,cpuacct", "x", "cpu.cfs_period_us"], "100000\n");

        ProcessorBudget.Quota(_folder.FullPath, ["5:memory:/x", "4:cpu,cpuacct:/x", "0::/"]).Should().Be(expected);
    }

    [Fact]
    public void Quota_NoGroups_IsNone() => ProcessorBudget.Quota(_folder.FullPath, []).Should().BeNull();

    [Theory]
    [InlineData("0", 1)]
    [InlineData("0-7", 8)]
    [InlineData("0-3,8,10-11", 7)]
    [InlineData("", null)]
    public void CountOf_Ranges_AreCounted(string ranges, int? expected) => ProcessorBudget.CountOf(ranges).Should().Be(expected);
}
