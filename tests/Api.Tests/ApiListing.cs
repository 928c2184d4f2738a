using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ResNet.Net.Api.Tests;

/// <summary>
/// Lists what an assembly shows to others, C#-like: a line a type, below it an indented line a member, both sorted ordinally. Names of the type's own
/// namespace come without it.
/// </summary>
/// <remarks>
/// What the compiler adds to a record (equality, ToString, the copy constructor) is left out, since the word <c>record</c> says it; the constructor and Deconstruct,
/// which depend on its parameters, are listed. Explicit implementations show as the type's interfaces.
/// </remarks>
internal static class ApiListing
{
    private const string Indent = "    ";

    /// <summary>Attributes of the compiler's namespace that a caller notices; the others carry what the listing says in words, or say how a body was compiled.</summary>
    private static readonly string[] NoticedCompilerAttributes =
        ["CallerArgumentExpressionAttribute", "CallerFilePathAttribute", "CallerLineNumberAttribute", "CallerMemberNameAttribute", "CollectionBuilderAttribute",
         "EnumeratorCancellationAttribute", "InterpolatedStringHandlerAttribute", "InterpolatedStringHandlerArgumentAttribute", "OverloadResolutionPriorityAttribute"];

    private static readonly SymbolDisplayFormat Format = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeVariance | SymbolDisplayGenericsOptions.IncludeTypeConstraints,
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeRef
            | SymbolDisplayMemberOptions.IncludeConstantValue | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeAccessibility,
        delegateStyle: SymbolDisplayDelegateStyle.NameAndSignature,
        extensionMethodStyle: SymbolDisplayExtensionMethodStyle.StaticMethod,
        parameterOptions: SymbolDisplayParameterOptions.IncludeExtensionThis | SymbolDisplayParameterOptions.IncludeModifiers | SymbolDisplayParameterOptions.IncludeType
            | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeDefaultValue,
        propertyStyle: SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        kindOptions: SymbolDisplayKindOptions.IncludeTypeKeyword | SymbolDisplayKindOptions.IncludeMemberKeyword,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier | SymbolDisplayMiscellaneousOptions.AllowDefaultLiteral);

    private static readonly SymbolDisplayFormat FormatWithoutConstraints
        = Format.WithGenericsOptions(SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeVariance);

    private static readonly SymbolDisplayFormat TypeReference = FormatWithoutConstraints.WithKindOptions(SymbolDisplayKindOptions.None);

    public static IReadOnlyList<string> Of(IAssemblySymbol assembly)
        => [.. VisibleTypes(assembly).OrderBy(type => type.ToDisplayString(TypeReference), StringComparer.Ordinal).SelectMany(Lines)];

    /// <summary>The types that others see, nested ones too.</summary>
    public static IEnumerable<INamedTypeSymbol> VisibleTypes(IAssemblySymbol assembly) => TypesIn(assembly.GlobalNamespace).SelectMany(Visible);

    /// <summary>The members of a type that the listing has a line for.</summary>
    public static IEnumerable<ISymbol> VisibleMembers(INamedTypeSymbol type)
        => type.TypeKind == TypeKind.Delegate ? [] : type.GetMembers().Where(member => IsVisible(member) && IsListed(type, member));

    /// <summary>Whether a type is a record, of either kind.</summary>
    public static bool IsRecord(INamedTypeSymbol type) => type.IsRecord || IsRecordStruct(type);

    private static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceSymbol space)
        => space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(TypesIn));

    private static IEnumerable<INamedTypeSymbol> Visible(INamedTypeSymbol type)
        => IsVisible(type) ? type.GetTypeMembers().SelectMany(Visible).Prepend(type) : [];

    private static bool IsVisible(ISymbol symbol)
        => symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;

    private static bool IsListed(INamedTypeSymbol type, ISymbol member) => member switch
    {
        INamedTypeSymbol => false,
        IMethodSymbol { AssociatedSymbol: not null } or IMethodSymbol { MethodKind: MethodKind.Destructor } => false,
        IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters.Length: 0 } when type.IsValueType && member.IsImplicitlyDeclared => false,
        IMethodSymbol { MethodKind: MethodKind.Constructor } when type.TypeKind == TypeKind.Enum => false,
        _ => !IsRecord(type) || !IsCompilerGenerated(member) || member.Name == "Deconstruct",
    };

    private static IEnumerable<string> Lines(INamedTypeSymbol type)
        => VisibleMembers(type).Select(member => Indent + Line(member, type)).OrderBy(line => line, StringComparer.Ordinal).Prepend(Header(type));

    private static string Line(ISymbol member, INamedTypeSymbol type) => Attributes(member, type) + Display(member, Format, type);

    private static string Header(INamedTypeSymbol type)
    {
        string whole = Display(type, Format, null);
        string name = Display(type, FormatWithoutConstraints, null);
        string constraints = type.TypeKind == TypeKind.Delegate ? "" : whole[name.Length..];
        string[] bases = [.. Bases(type)];
        return Attributes(type, type) + (type.DeclaredAccessibility == Accessibility.Public ? "public" : "protected") + Modifiers(type)
            + (type.TypeKind == TypeKind.Delegate ? whole : IsRecordStruct(type) ? name.Replace("struct ", "record struct ", StringComparison.Ordinal) : name)
            + (bases.Length == 0 ? "" : $" : {string.Join(", ", bases)}") + constraints;
    }

    private static string Modifiers(INamedTypeSymbol type) => type switch
    {
        { TypeKind: not TypeKind.Class } => " ",
        { IsStatic: true } => " static ",
        { IsAbstract: true } => " abstract ",
        { IsSealed: true } => " sealed ",
        _ => " ",
    };

    private static IEnumerable<string> Bases(INamedTypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Delegate)
        {
            return [];
        }

        if (type.EnumUnderlyingType is INamedTypeSymbol underlying)
        {
            return underlying.SpecialType == SpecialType.System_Int32 ? [] : [Display(underlying, TypeReference, type)];
        }

        IEnumerable<INamedTypeSymbol> interfaces = type.Interfaces.Where(i => !(IsRecord(type) && i.Name == "IEquatable" && i.TypeArguments is [INamedTypeSymbol self] && SymbolEqualityComparer.Default.Equals(self, type)));
        string[] names = [.. interfaces.Select(i => Display(i, TypeReference, type)).OrderBy(name => name, StringComparer.Ordinal)];
        return type is { TypeKind: TypeKind.Class, BaseType: { SpecialType: not SpecialType.System_Object } parent } ? names.Prepend(Display(parent, TypeReference, type)) : names;
    }

    private static string Attributes(ISymbol symbol, INamedTypeSymbol type)
    {
        List<string> attributes = [.. Describe(symbol.GetAttributes(), "", type)];
        IMethodSymbol? method = symbol as IMethodSymbol ?? (symbol as INamedTypeSymbol)?.DelegateInvokeMethod;
        if (method is not null)
        {
            attributes.AddRange(Describe(method.GetReturnTypeAttributes(), "return: ", type));
            attributes.AddRange(method.Parameters.SelectMany(parameter => Describe(parameter.GetAttributes(), $"{parameter.Name}: ", type)));
        }

        return string.Concat(attributes.Select(attribute => $"[{attribute}] "));
    }

    private static IEnumerable<string> Describe(IEnumerable<AttributeData> attributes, string target, INamedTypeSymbol type)
        => attributes.Where(IsNoticed).Select(attribute => target + Text(attribute, type)).OrderBy(text => text, StringComparer.Ordinal);

    private static string Text(AttributeData attribute, INamedTypeSymbol type)
    {
        string name = Display(attribute.AttributeClass!, TypeReference, type);
        string[] arguments =
        [
            .. attribute.ConstructorArguments.Select(argument => argument.ToCSharpString()),
            .. attribute.NamedArguments.Select(argument => $"{argument.Key} = {argument.Value.ToCSharpString()}"),
        ];
        return name[..^"Attribute".Length] + (arguments.Length == 0 ? "" : $"({string.Join(", ", arguments)})");
    }

    private static bool IsNoticed(AttributeData attribute)
    {
        string space = attribute.AttributeClass!.ContainingNamespace.ToDisplayString();
        return space switch
        {
            "System.Runtime.CompilerServices" => NoticedCompilerAttributes.Contains(attribute.AttributeClass.Name),
            "System.Diagnostics" => attribute.AttributeClass.Name == "ConditionalAttribute",
            _ => attribute.AttributeClass is { DeclaredAccessibility: Accessibility.Public, Name: not "DefaultMemberAttribute" },
        };
    }

    /// <summary>Assemblies do not say that a struct is a record: that the compiler wrote its equality does.</summary>
    private static bool IsRecordStruct(INamedTypeSymbol type)
        => type.TypeKind == TypeKind.Struct && type.GetMembers(WellKnownMemberNames.EqualityOperatorName).Any(IsCompilerGenerated);

    private static bool IsCompilerGenerated(ISymbol symbol)
        => symbol.GetAttributes().Any(attribute => attribute.AttributeClass is { Name: "CompilerGeneratedAttribute" });

    /// <summary>A symbol without the namespace of the type that it is listed under.</summary>
    private static string Display(ISymbol symbol, SymbolDisplayFormat format, INamedTypeSymbol? under)
    {
        string? home = under?.ContainingNamespace.ToDisplayString();
        System.Text.StringBuilder text = new();
        System.Text.StringBuilder space = new();
        foreach (SymbolDisplayPart part in symbol.ToDisplayParts(format))
        {
            if (part.Kind == SymbolDisplayPartKind.NamespaceName || (space.Length > 0 && part.ToString() == "."))
            {
                space.Append(part);
                continue;
            }

            text.Append(space.ToString() == $"{home}." ? "" : space).Append(part);
            space.Clear();
        }

        return text.ToString();
    }
}
