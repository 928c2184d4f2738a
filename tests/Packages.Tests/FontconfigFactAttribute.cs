using System.Runtime.InteropServices;

namespace ResNet.Net.Packages.Tests;

/// <summary>A test that needs fontconfig: skipped, with the reason, where it is missing; never skipped in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FontconfigFactAttribute : FactAttribute
{
    public FontconfigFactAttribute()
        => Skip = NativeLibrary.TryLoad("libfontconfig.so.1", out _) || Environment.GetEnvironmentVariable("CI") == "true"
            ? null
            : "needs libfontconfig.so.1 (Debian: apt-get install libfontconfig1)";
}
