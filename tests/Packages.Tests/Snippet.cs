namespace ResNet.Net.Packages.Tests;

/// <summary>The C# block of a package's README: what a newcomer copies.</summary>
internal static class Snippet
{
    public static string Of(string package)
    {
        string[] lines = File.ReadAllLines(Path.Combine(TestFolders.Repository, "src", package, "README.md"));
        return string.Join('\n', lines.SkipWhile(l => l != "```csharp").Skip(1).TakeWhile(l => l != "```"));
    }
}
