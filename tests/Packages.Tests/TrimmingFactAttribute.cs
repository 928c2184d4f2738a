namespace ResNet.Net.Packages.Tests;

/// <summary>A test that trims: skipped, with the reason, where the packs for it are not on the feeds.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TrimmingFactAttribute : FactAttribute
{
    public TrimmingFactAttribute() => Skip = PublishMode.Trimmed.MissingAsync().GetAwaiter().GetResult();
}
