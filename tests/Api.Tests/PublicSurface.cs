using Microsoft.CodeAnalysis;

namespace ResNet.Net.Api.Tests;

/// <summary>The types and members of an assembly that other assemblies see.</summary>
internal static class PublicSurface
{
    /// <summary>Gets the visible types of an assembly, including nested ones.</summary>
    public static IEnumerable<INamedTypeSymbol> Types(IAssemblySymbol assembly) => TypesIn(assembly.GlobalNamespace).SelectMany(Visible);

    /// <summary>Gets the visible members of a type, without those that the compiler adds to a record.</summary>
    public static IEnumerable<ISymbol> Members(INamedTypeSymbol type)
        => type.TypeKind == TypeKind.Delegate ? [] : type.GetMembers().Where(member => IsVisible(member) && IsWritten(type, member));

    /// <summary>Gets whether a type is a record class or a record struct.</summary>
    public static bool IsRecord(INamedTypeSymbol type) => type.IsRecord || IsRecordStruct(type);

    // Not the serializers that Orleans generates.
    private static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceSymbol space)
        => space.GetTypeMembers().Concat(space.GetNamespaceMembers().Where(s => s.Name != "OrleansCodeGen").SelectMany(TypesIn));

    private static IEnumerable<INamedTypeSymbol> Visible(INamedTypeSymbol type)
        => IsVisible(type) ? type.GetTypeMembers().SelectMany(Visible).Prepend(type) : [];

    private static bool IsVisible(ISymbol symbol)
        => symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;

    private static bool IsWritten(INamedTypeSymbol type, ISymbol member) => member switch
    {
        INamedTypeSymbol => false,
        IMethodSymbol { AssociatedSymbol: not null } or IMethodSymbol { MethodKind: MethodKind.Destructor } => false,
        IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters.Length: 0 } when type.IsValueType
            && member.IsImplicitlyDeclared => false,
        IMethodSymbol { MethodKind: MethodKind.Constructor } when type.TypeKind == TypeKind.Enum => false,
        _ => !IsRecord(type) || !IsCompilerGenerated(member) || member.Name == "Deconstruct",
    };

    /// <summary>Metadata has no flag for record structs; their compiler-generated equality operator identifies them.</summary>
    private static bool IsRecordStruct(INamedTypeSymbol type)
        => type.TypeKind == TypeKind.Struct && type.GetMembers(WellKnownMemberNames.EqualityOperatorName).Any(IsCompilerGenerated);

    private static bool IsCompilerGenerated(ISymbol symbol)
        => symbol.GetAttributes().Any(attribute => attribute.AttributeClass is { Name: "CompilerGeneratedAttribute" });
}
