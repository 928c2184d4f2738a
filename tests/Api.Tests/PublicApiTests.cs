using System.Text.RegularExpressions;

namespace ResNet.Net.Api.Tests;

/// <summary>What each library shows to others against its approved listing, <c>src/(library)/PublicApi.txt</c>.</summary>
public partial class PublicApiTests
{
    private const string Acceptance = "RESNET_NET_ACCEPT_API";

    public static TheoryData<string> Libraries => [.. Library.All.Select(library => library.Name)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Surface_OfLibrary_IsTheApprovedOne(string name)
    {
        Library library = new(name);
        IReadOnlyList<string> actual = ApiListing.Of(library.Load());
        if (Environment.GetEnvironmentVariable(Acceptance) == "1")
        {
            Environment.GetEnvironmentVariable("CI").Should().NotBe("true", "nothing is accepted in CI: accept it where the change is made, and commit the listing");
            File.WriteAllLines(library.ListingPath, actual);
        }

        IReadOnlyList<string> approved = File.Exists(library.ListingPath) ? File.ReadAllLines(library.ListingPath) : [];
        Difference(approved, actual).Should().BeEmpty(
            $"the public surface of {name} is pinned. Where the change is meant, accept it with '{Acceptance}=1 dotnet test tests/Api.Tests' and commit src/{name}/PublicApi.txt; a breaking one needs a word in CHANGELOG.md");
    }

    [Fact]
    public void Libraries_FoundByFolder_AreThoseOfTheRepository()
        => Library.All.Select(library => library.Name).Should().Contain(["ResNet.Net", "ResNet.Net.Evaluation", "ResNet.Net.Onnx", "ResNet.Net.Quantization"]);

    [Fact]
    public void Difference_MemberAddedAndTypeChanged_NamesBoth()
        => Difference(
            ["public class N.A", "    public int X { get; }", "public sealed class N.B : System.IDisposable", "    public void Dispose()"],
            ["public class N.A", "    public int X { get; }", "    public int Y { get; }", "public class N.B : System.IDisposable", "    public void Dispose()"])
            .Should().Equal("added: N.A: public int Y { get; }", "added: public class N.B : System.IDisposable", "removed: public sealed class N.B : System.IDisposable");

    /// <summary>Lines are compared as a set: each has the type that it belongs to before it.</summary>
    private static string[] Difference(IReadOnlyList<string> approved, IReadOnlyList<string> actual)
    {
        string[] before = [.. Flatten(approved)];
        string[] after = [.. Flatten(actual)];
        return [.. after.Except(before).Select(line => $"added: {line}"), .. before.Except(after).Select(line => $"removed: {line}")];
    }

    private static IEnumerable<string> Flatten(IEnumerable<string> listing)
    {
        string type = "";
        foreach (string line in listing)
        {
            if (line.StartsWith(' '))
            {
                yield return $"{type}: {line.Trim()}";
                continue;
            }

            type = TypeName().Match(line).Groups[1].Value;
            yield return line;
        }
    }

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record) (\S.*?)(?= : | where |$)")]
    private static partial Regex TypeName();
}
