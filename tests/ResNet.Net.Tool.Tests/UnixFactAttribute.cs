namespace ResNet.Net.Tool.Tests;

/// <summary>A test that needs POSIX signals or file names.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = Unix.WhyMissing;
}

/// <summary>A theory that needs POSIX signals or file names.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = Unix.WhyMissing;
}

internal static class Unix
{
    public static string? WhyMissing => OperatingSystem.IsWindows() ? "needs POSIX signals or file names" : null;
}
