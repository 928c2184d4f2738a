namespace ResNet.Net.Page.Tests;

/// <summary>A test that needs Debian's Chromium: skipped, with the reason, where it is missing; never skipped in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Requirements.FindMissing(NeedsRuntime);

    /// <summary>Gets or sets whether the test runs a model in the browser.</summary>
    public bool NeedsRuntime
    {
        get;
        set
        {
            field = value;
            Skip = Requirements.FindMissing(value);
        }
    }
}

/// <summary>A theory that needs Debian's Chromium: skipped, with the reason, where it is missing; never skipped in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = Requirements.FindMissing(NeedsRuntime);

    /// <inheritdoc cref="BrowserFactAttribute.NeedsRuntime"/>
    public bool NeedsRuntime
    {
        get;
        set
        {
            field = value;
            Skip = Requirements.FindMissing(value);
        }
    }
}

internal static class Requirements
{
    public const string Chromium = "/usr/bin/chromium";

    private static readonly string Runtime = Path.Combine(AppContext.BaseDirectory, "wwwroot", "ort", "ort.wasm.min.mjs");

    public static string? FindMissing(bool needsRuntime) => Environment.GetEnvironmentVariable("CI") == "true" ? null
        : !File.Exists(Chromium) ? $"needs {Chromium} (Debian: apt-get install chromium)"
        : needsRuntime && !File.Exists(Runtime) ? "needs ONNX Runtime for browsers (eng/page.sh, then build)"
        : null;
}
