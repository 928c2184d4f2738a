namespace ResNet.Net.Samples.Tests;

/// <summary>A test that sends signals: skipped where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs POSIX signals" : null;
}
