using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ResNet.Net.Api.Tests;

/// <summary>A library of this repository: a project under src.</summary>
internal sealed record Library(string Name)
{
    /// <summary>Found by folder, so that a new library is under test before anybody thinks of it.</summary>
    public static IReadOnlyList<Library> All { get; } =
    [
        .. Directory.GetDirectories(Path.Combine(TestFolders.Repository, "src"))
            .Select(folder => new Library(Path.GetFileName(folder)))
            .Where(library => library.Name is not ("ResNet.Net.Tool" or "ResNet.Net.Templates")) // a program and templates
            .Where(library => !library.Name.StartsWith("ResNet.Net.Models.", StringComparison.Ordinal)) // model files
            .OrderBy(library => library.Name, StringComparer.Ordinal),
    ];

    public string Folder => Path.Combine(TestFolders.Repository, "src", Name);

    public IEnumerable<string> Sources
        => Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(Folder, path).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    /// <summary>The XML documentation that the compiler wrote.</summary>
    public string DocumentationPath => Path.Combine(AppContext.BaseDirectory, $"{Name}.xml");

    /// <summary>The library as it was built. Only what others see is read of it: members that are public or protected.</summary>
    public IAssemblySymbol Load()
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "surface", references: References.All, options: new CSharpCompilationOptions(
                Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary, metadataImportOptions: MetadataImportOptions.Public));
        return compilation.SourceModule.ReferencedAssemblySymbols.SingleOrDefault(assembly => assembly.Name == Name)
            ?? throw new InvalidOperationException($"'{Name}' is a project under src, but Api.Tests does not reference it.");
    }
}
