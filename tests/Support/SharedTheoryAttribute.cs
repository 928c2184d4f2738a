namespace ResNet.Net.Tests.Support;

/// <summary>A theory that needs the shared folder: skipped, with the reason, where it is absent; never skipped in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute() => Skip = TestFolders.SharedIsMissing;
}
