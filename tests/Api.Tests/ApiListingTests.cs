using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ResNet.Net.Api.Tests;

/// <summary>The listing of small pieces of source, compiled to an assembly and read back as the libraries are.</summary>
public class ApiListingTests
{
    [Fact]
    public void Class_WithMembersOfEveryKind_ListsThosePublicAndProtected()
        => Listing("""
            public abstract class Base { protected internal virtual void Work() { } public abstract int Size { get; } }
            public sealed class Derived : Base, System.IDisposable, System.IComparable<Derived>
            {
                public const int Limit = 5;
                public static readonly string Text = "x";
                internal int Hidden;
                private protected int HiddenToo;
                public event System.EventHandler? Changed;
                public Derived(int size) { Size = size; _ = Hidden + HiddenToo; Changed?.Invoke(this, System.EventArgs.Empty); }
                public override int Size { get; }
                public string this[int index] { get => ""; internal set { } }
                protected internal override void Work() { }
                public void Dispose() { }
                int System.IComparable<Derived>.CompareTo(Derived? other) => 0;
                public class Nested { public void Call() { } }
                ~Derived() { }
            }
            internal class Unseen { public class UnseenToo { } }
            """).Should().Equal(
            "public abstract class N.Base",
            "    protected Base()",
            "    protected internal virtual void Work()",
            "    public abstract int Size { get; }",
            "public sealed class N.Derived : Base, System.IComparable<Derived>, System.IDisposable",
            "    protected internal override void Work()",
            "    public Derived(int size)",
            "    public const int Limit = 5",
            "    public event System.EventHandler? Changed",
            "    public override int Size { get; }",
            "    public static readonly string Text",
            "    public string this[int index] { get; }",
            "    public void Dispose()",
            "public class N.Derived.Nested",
            "    public Nested()",
            "    public void Call()");

    [Fact]
    public void Nullability_OfReturnsParametersAndTypeArguments_IsListed()
        => Members("""
            public static class A
            {
                public static string? Find(string name, System.Collections.Generic.IReadOnlyList<string?>? others, int? limit) => null;
                public static System.Threading.Tasks.Task<object?[]> All() => null!;
            }
            """).Should().Equal(
            "public static System.Threading.Tasks.Task<object?[]> All()",
            "public static string? Find(string name, System.Collections.Generic.IReadOnlyList<string?>? others, int? limit)");

    [Fact]
    public void Generics_WithVarianceAndConstraints_AreListed()
        => Listing("""
            public interface ISource<out T> where T : class? { T? Next<TKey>(TKey key) where TKey : unmanaged, System.IComparable<TKey>; }
            public class Box<T> : System.Collections.Generic.List<T?> where T : notnull, new() { }
            """).Should().Equal(
            "public class N.Box<T> : System.Collections.Generic.List<T?> where T : notnull, new()",
            "    public Box()",
            "public interface N.ISource<out T> where T : class?",
            "    T? Next<TKey>(TKey key) where TKey : unmanaged, System.IComparable<TKey>");

    [Fact]
    public void Delegate_Listed_IsOneLineWithItsSignature()
        => Listing("public delegate ref readonly int Handler<in T>(T? first, scoped in System.ReadOnlySpan<char> text, params int[] more) where T : class;")
            .Should().Equal("public delegate ref readonly int N.Handler<in T>(T? first, scoped in System.ReadOnlySpan<char> text, params int[] more) where T : class");

    [Fact]
    public void Enum_Listed_HasValuesUnderlyingTypeAndFlags()
        => Listing("[System.Flags] public enum Sides : byte { None, Left = 1, Both = 3 } public enum Plain { B, A }").Should().Equal(
            "public enum N.Plain", "    A = 1", "    B = 0",
            "[System.Flags] public enum N.Sides : byte", "    Both = 3", "    Left = 1", "    None = 0");

    [Fact]
    public void Structs_OfEachKind_AreToldApart()
        => Listing("""
            public readonly ref struct View { public System.ReadOnlySpan<byte> Bytes { get; } }
            public struct Open { public int X; public readonly int Twice() => 2 * X; }
            public readonly record struct Point(int X, int Y = 0);
            public readonly struct Odd { public static bool operator ==(Odd a, Odd b) => true; public static bool operator !=(Odd a, Odd b) => false; public override bool Equals(object? obj) => true; public override int GetHashCode() => 0; }
            """).Should().Equal(
            "public readonly struct N.Odd",
            "    public override bool Equals(object? obj)",
            "    public override int GetHashCode()",
            "    public static bool operator !=(Odd a, Odd b)",
            "    public static bool operator ==(Odd a, Odd b)",
            "public struct N.Open",
            "    public int X",
            "    public readonly int Twice()",
            "public readonly record struct N.Point",
            "    public Point(int X, int Y = 0)",
            "    public int X { get; init; }",
            "    public int Y { get; init; }",
            "    public void Deconstruct(out int X, out int Y)",
            "public readonly ref struct N.View",
            "    public System.ReadOnlySpan<byte> Bytes { get; }");

    [Fact]
    public void Record_Listed_LeavesOutWhatTheCompilerAdds()
        => Listing("""
            public sealed record Options { public required string Name { get; init; } public int Count { get; set; } = 3; public override string ToString() => Name; }
            public record Pair(string? Left, [property: System.Obsolete] int Right);
            """).Should().Equal(
            "public sealed record N.Options",
            "    public Options()",
            "    public int Count { get; set; }",
            "    public override string ToString()",
            "    public required string Name { get; init; }",
            "public record N.Pair",
            "    [System.Obsolete] public int Right { get; init; }",
            "    public Pair(string? Left, int Right)",
            "    public string? Left { get; init; }",
            "    public void Deconstruct(out string? Left, out int Right)");

    [Fact]
    public void Operators_AndConversions_AreListed()
        => Members("""
            public sealed class Money
            {
                private Money() { }
                public static Money operator +(Money a, Money b) => a;
                public static implicit operator decimal(Money m) => 0;
                public static explicit operator checked int(Money m) => 0;
                public static explicit operator int(Money m) => 0;
            }
            """).Should().Equal(
            "public static Money operator +(Money a, Money b)",
            "public static explicit operator checked int(Money m)",
            "public static explicit operator int(Money m)",
            "public static implicit operator decimal(Money m)");

    [Fact]
    public void Defaults_OfEveryKind_AreListed()
        => Members("""
            public static class A
            {
                public static void Do(string text = "a\"b", char c = '\n', float f = 0.5f, double? d = null, Side side = Side.Right, System.Threading.CancellationToken token = default, in int n = 3) { }
                public static void More(this string text, ref int a, out int b, params System.ReadOnlySpan<int> rest) => b = 0;
            }
            public enum Side { Left, Right }
            """).Should().Contain(
            """public static void Do(string text = "a\"b", char c = '\n', float f = 0.5, double? d = null, Side side = Right, System.Threading.CancellationToken token = default, in int n = 3)""")
            .And.Contain("public static void More(this string text, ref int a, out int b, params System.ReadOnlySpan<int> rest)");

    [Fact]
    public void Attributes_ThatACallerNotices_AreListed()
        => Members("""
            using System.Diagnostics.CodeAnalysis;
            using System.Runtime.CompilerServices;
            public sealed class A
            {
                [SetsRequiredMembers] public A() { }
                public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out A? value) { value = null; return false; }
                [return: NotNullIfNotNull(nameof(text))] public static string? Trim(string? text, [CallerArgumentExpression(nameof(text))] string? name = null) => text;
                public async System.Threading.Tasks.Task Run() => await System.Threading.Tasks.Task.Yield();
                [System.Obsolete("use Run", DiagnosticId = "X1")] [MethodImpl(MethodImplOptions.NoInlining)] public void Old() { }
            }
            """).Should().Equal(
            "[System.Diagnostics.CodeAnalysis.SetsRequiredMembers] public A()",
            "[System.Obsolete(\"use Run\", DiagnosticId = \"X1\")] public void Old()",
            "[return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(\"text\")] [name: System.Runtime.CompilerServices.CallerArgumentExpression(\"text\")] public static string? Trim(string? text, string? name = null)",
            "[text: System.Diagnostics.CodeAnalysis.NotNullWhen(true)] [value: System.Diagnostics.CodeAnalysis.NotNullWhen(true)] public static bool TryParse(string? text, out A? value)",
            "public System.Threading.Tasks.Task Run()");

    [Fact]
    public void Names_OfOtherNamespaces_KeepThem()
        => Listing("namespace Deep { public sealed class X { private X() { } } } public interface IUse { Deep.X? Get(N.IUse other); }").Should().Equal(
            "public sealed class N.Deep.X",
            "public interface N.IUse",
            "    N.Deep.X? Get(IUse other)");

    [Theory]
    [InlineData(OptimizationLevel.Debug)]
    [InlineData(OptimizationLevel.Release)]
    public void Listing_OfBothConfigurations_IsTheSame(OptimizationLevel level)
        => Listing("public record A(int X) { public async System.Threading.Tasks.Task<int> Y() { await System.Threading.Tasks.Task.Yield(); return X; } public System.Collections.Generic.IEnumerable<int> Z() { yield return X; } }", level)
            .Should().Equal(
            "public record N.A",
            "    public A(int X)",
            "    public System.Collections.Generic.IEnumerable<int> Z()",
            "    public System.Threading.Tasks.Task<int> Y()",
            "    public int X { get; init; }",
            "    public void Deconstruct(out int X)");

    private static IEnumerable<string> Members(string source) => Listing(source).Where(line => line.StartsWith(' ')).Select(line => line.Trim());

    private static IReadOnlyList<string> Listing(string source, OptimizationLevel level = OptimizationLevel.Debug)
    {
        int body = source.LastIndexOf("using System.", StringComparison.Ordinal) is >= 0 and int last ? source.IndexOf('\n', last) + 1 : 0;
        SyntaxTree tree = CSharpSyntaxTree.ParseText($"{source[..body]} namespace N {{ {source[body..]} }}", new CSharpParseOptions(LanguageVersion.Latest));
        CSharpCompilation compilation = CSharpCompilation.Create("piece", [tree], References.All, new CSharpCompilationOptions(
            Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary, optimizationLevel: level, nullableContextOptions: NullableContextOptions.Enable));
        using MemoryStream assembly = new();
        compilation.Emit(assembly).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        MetadataReference reference = MetadataReference.CreateFromImage(assembly.ToArray());
        CSharpCompilation reader = CSharpCompilation.Create("reader", references: [.. References.All, reference],
            options: new CSharpCompilationOptions(Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary, metadataImportOptions: MetadataImportOptions.Public));
        return ApiListing.Of((IAssemblySymbol)reader.GetAssemblyOrModuleSymbol(reference)!);
    }
}
