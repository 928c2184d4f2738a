namespace ResNet.Net.Tests.Support;

/// <summary>A test that needs the shared folder: skipped, with the reason, where it is absent; never skipped in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute() => Skip = TestFolders.SharedIsMissing;
}
