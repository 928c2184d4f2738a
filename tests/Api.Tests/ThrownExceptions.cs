using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ResNet.Net.Api.Tests;

/// <summary>
/// Finds public members that throw what their documentation does not name. Looked at is what they throw themselves and through helpers of
/// their own type that are not public, by name; not what is thrown by other types. ArgumentNullException needs no words: the types say
/// where null is not taken.
/// </summary>
internal static class ThrownExceptions
{
    private static readonly string[] Exempt = ["ArgumentNullException", "UnreachableException"];

    /// <summary>Pixels are not decoded, though they take the way of images that are.</summary>
    private const string OfDecoding = "ImageDecodeException";

    public static IReadOnlyList<string> Undocumented(IEnumerable<(string Path, string Text)> sources)
    {
        (string Path, TypeDeclarationSyntax Type)[] types =
        [
            .. sources.SelectMany(
                source => CSharpSyntaxTree.ParseText(source.Text)
                    .GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>().Select(type => (source.Path, type))),
        ];
        ILookup<string, string> bases = types.Where(t => t.Type.BaseList is not null)
            .SelectMany(t => t.Type.BaseList!.Types.Select(b => (Name: t.Type.Identifier.Text, Base: SimpleName(b.Type))))
            .ToLookup(pair => pair.Name, pair => pair.Base);
        ILookup<string, MemberDeclarationSyntax> membersOf = types.SelectMany(
            t => t.Type.Members.Select(member => (Name: FullName(t.Type), member))).ToLookup(pair => pair.Name, pair => pair.member);
        List<string> found = [];
        foreach ((string path, TypeDeclarationSyntax type) in types
            .Where(t => t.Type.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().All(IsPublicType)))
        {
            ILookup<string, MemberDeclarationSyntax> helpers = membersOf[FullName(type)]
                .Where(member => !IsPublic(member)).ToLookup(NameOf);
            foreach (MemberDeclarationSyntax member in type.Members.Where(IsPublic))
            {
                DocumentationCommentTriviaSyntax? documentation = member.GetLeadingTrivia()
                    .Select(t => t.GetStructure()).OfType<DocumentationCommentTriviaSyntax>().LastOrDefault();
                if (documentation is null || documentation.ToString().Contains("<inheritdoc", StringComparison.Ordinal))
                {
                    continue;
                }

                string[] named =
                [
                    .. documentation.DescendantNodes()
                        .OfType<XmlCrefAttributeSyntax>().Select(cref => cref.Cref.ToString().Split('(')[0].Split('.')[^1]),
                ];
                found.AddRange(Thrown(member, helpers, []).Distinct()
                    .Where(
                        exception => !Exempt.Contains(exception)
                            && !(exception == OfDecoding && TakesPixels(member)) && !Chain(exception, bases).Any(named.Contains))
                    .Select(exception => $"{Path.GetFileName(path)}: {type.Identifier.Text}.{NameOf(member)} throws {exception}"));
            }
        }

        return found;
    }

    private static IEnumerable<string> Thrown(
        MemberDeclarationSyntax member, ILookup<string, MemberDeclarationSyntax> helpers, HashSet<MemberDeclarationSyntax> visited)
    {
        SyntaxNode[] nodes = [.. member.DescendantNodes(node => node is not AnonymousFunctionExpressionSyntax)];
        IEnumerable<string> own = nodes.Select(node => node switch
        {
            ThrowStatementSyntax { Expression: ObjectCreationExpressionSyntax created } => SimpleName(created.Type),
            ThrowExpressionSyntax { Expression: ObjectCreationExpressionSyntax created } => SimpleName(created.Type),
            MemberAccessExpressionSyntax { Name.Identifier.Text: string name, Expression: IdentifierNameSyntax type } when name.StartsWith(
                "ThrowIf",
                StringComparison.Ordinal) && type.Identifier.Text.EndsWith("Exception", StringComparison.Ordinal) => type.Identifier.Text,
            _ => null,
        }).OfType<string>();
        IEnumerable<MemberDeclarationSyntax> called = nodes.OfType<InvocationExpressionSyntax>()
            .Where(call => call.Expression is IdentifierNameSyntax)
            .SelectMany(
                call => helpers[((IdentifierNameSyntax)call.Expression).Identifier.Text]
                    .Where(helper => Takes(helper, call.ArgumentList.Arguments.Count)));
        return own.Concat(called.Where(visited.Add).SelectMany(helper => Thrown(helper, helpers, visited)));
    }

    /// <summary>Overloads are told apart by how many arguments they take.</summary>
    private static bool Takes(MemberDeclarationSyntax helper, int arguments)
        => helper is MethodDeclarationSyntax { ParameterList.Parameters: var parameters }
            && arguments <= parameters.Count && arguments >= parameters.Count(parameter => parameter.Default is null);

    /// <summary>An exception and what it derives from, by simple name.</summary>
    private static HashSet<string> Chain(string exception, ILookup<string, string> bases)
    {
        HashSet<string> chain = [exception];
        for (Type? type = FrameworkType(exception); type is not null; type = type.BaseType)
        {
            chain.Add(type.Name);
        }

        foreach (string parent in bases[exception])
        {
            chain.UnionWith(Chain(parent, bases));
        }

        return chain;
    }

    private static Type? FrameworkType(string name) => Type.GetType($"System.{name}") ?? Type.GetType($"System.IO.{name}");

    private static bool TakesPixels(MemberDeclarationSyntax member)
        => member is MethodDeclarationSyntax method
            && method.ParameterList.Parameters.Any(parameter => parameter.Type is not null && SimpleName(parameter.Type) == "PixelView");

    private static bool IsPublicType(TypeDeclarationSyntax type) => type.Modifiers.Any(SyntaxKind.PublicKeyword);

    private static bool IsPublic(MemberDeclarationSyntax member)
        => member is not BaseTypeDeclarationSyntax && (member.Modifiers.Any(SyntaxKind.PublicKeyword)
            || member.Modifiers.Any(SyntaxKind.ProtectedKeyword) || member.Parent is InterfaceDeclarationSyntax);

    private static string FullName(TypeDeclarationSyntax type)
        => string.Join('.', type.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Reverse().Select(t => t.Identifier.Text));

    private static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        ConstructorDeclarationSyntax => "ctor",
        IndexerDeclarationSyntax => "this",
        _ => member.Kind().ToString(),
    };

    private static string SimpleName(TypeSyntax type) => type.ToString().Split('<', '(')[0].Split('.')[^1];
}
