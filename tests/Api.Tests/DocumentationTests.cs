using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace ResNet.Net.Api.Tests;

/// <summary>What the compiler does not check: every part of the documentation is present and not empty.</summary>
public class DocumentationTests
{
    public static TheoryData<string> Libraries => [.. Library.All.Select(library => library.Name)];

    [Fact]
    public void Libraries_FoundByFolder_AreThoseOfTheRepository()
        => Library.All.Select(library => library.Name)
            .Should().Contain(["ResNet.Net", "ResNet.Net.Evaluation", "ResNet.Net.Onnx", "ResNet.Net.Quantization", "ResNet.Net.Training"]);

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Members_OfLibrary_HaveEveryPart(string name)
    {
        Library library = new(name);
        Dictionary<string, XElement> documentation = XDocument.Load(library.DocumentationPath)
            .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

        PublicSurface.Types(library.Load()).SelectMany(type => PublicSurface.Members(type).Prepend(type))
            .Where(symbol => !symbol.IsImplicitlyDeclared && !IsFromARecord(symbol))
            .SelectMany(symbol => Missing(symbol, documentation))
            .Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Exceptions_ThrownByPublicMembers_AreDocumented(string name)
        => ThrownExceptions.Undocumented(new Library(name).Sources.Select(path => (path, File.ReadAllText(path)))).Should().BeEmpty();

    [Fact]
    public void Undocumented_OfThrowsDirectAndByHelper_NamesThoseLeftOut()
        => ThrownExceptions.Undocumented([("A.cs", """
            public class A
            {
                /// <exception cref="System.ArgumentException">Said: covers the one that derives from it.</exception>
                public void Said(int x) { ArgumentOutOfRangeException.ThrowIfNegative(x); ArgumentNullException.ThrowIfNull(x); }
                /// <summary>Not said.</summary>
                public int Direct => throw new InvalidOperationException();
                /// <summary>By a helper that another calls.</summary>
                public void ByHelper() => Check();
                private void Check() => CheckMore();
                private void CheckMore() { throw new FormatException(); }
                private void Unused() { throw new FormatException(); }
            }
            """)]).Should().Equal("A.cs: A.Direct throws InvalidOperationException", "A.cs: A.ByHelper throws FormatException");

    /// <summary>The members that follow from a record's parameters are documented by these.</summary>
    private static bool IsFromARecord(ISymbol symbol) => symbol.Name == "Deconstruct" && PublicSurface.IsRecord(symbol.ContainingType);

    private static List<string> Missing(ISymbol symbol, Dictionary<string, XElement> documentation)
    {
        string id = symbol.GetDocumentationCommentId()!;
        if (!documentation.TryGetValue(id, out XElement? member))
        {
            // A constructor that nobody wrote, the parameters of a record.
            return symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } ? [] : [$"{id}: nothing"];
        }

        if (member.Element("inheritdoc") is not null)
        {
            return [];
        }

        List<string> missing = [];
        Require(member.Element("summary"), "summary");
        IMethodSymbol? method = symbol as IMethodSymbol ?? (symbol as INamedTypeSymbol)?.DelegateInvokeMethod;
        foreach (IParameterSymbol parameter in method?.Parameters ?? (symbol as IPropertySymbol)?.Parameters ?? [])
        {
            Require(Named("param", parameter.Name), $"param {parameter.Name}");
        }

        IEnumerable<ITypeParameterSymbol> typeParameters =
            (symbol as IMethodSymbol)?.TypeParameters ?? (symbol as INamedTypeSymbol)?.TypeParameters ?? [];
        foreach (ITypeParameterSymbol parameter in typeParameters)
        {
            Require(Named("typeparam", parameter.Name), $"typeparam {parameter.Name}");
        }

        if (method is { ReturnsVoid: false } && method.ReturnType.ToDisplayString() != "System.Threading.Tasks.Task")
        {
            Require(member.Element("returns"), "returns");
        }

        return missing;

        XElement? Named(string part, string name) => member.Elements(part)
            .FirstOrDefault(element => element.Attribute("name")?.Value == name);

        void Require(XElement? part, string what)
        {
            if (string.IsNullOrWhiteSpace(part?.Value) && part?.HasElements != true)
            {
                missing.Add($"{id}: {what}");
            }
        }
    }
}
