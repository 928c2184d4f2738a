namespace ResNet.Net.Packages.Tests;

/// <summary>A test of what only Linux has: skipped, with the reason, elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "SkiaSharp.NativeAssets.Linux has libraries for Linux only";
}
