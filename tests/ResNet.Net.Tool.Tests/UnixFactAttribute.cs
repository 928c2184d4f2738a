namespace ResNet.Net.Tool.Tests;

/// <summary>A test that needs POSIX signals or file names.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs POSIX signals" : null;
}
