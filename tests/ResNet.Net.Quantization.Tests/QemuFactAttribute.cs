namespace ResNet.Net.Quantization.Tests;

/// <summary>Marks a test that needs Debian's qemu-user. It is skipped without it, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QemuFactAttribute : FactAttribute
{
    public const string Emulator = "/usr/bin/qemu-x86_64";

    public QemuFactAttribute()
        => Skip = File.Exists(Emulator) || Environment.GetEnvironmentVariable("CI") == "true"
            ? null
            : $"needs {Emulator}, of Debian's package qemu-user";
}
