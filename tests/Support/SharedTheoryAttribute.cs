namespace ResNet.Net.Tests.Support;

/// <summary>Marks a theory that needs <see cref="TestFolders.Shared"/>. It is skipped if the folder is missing, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute() => Skip = TestFolders.SharedIsMissing;
}
