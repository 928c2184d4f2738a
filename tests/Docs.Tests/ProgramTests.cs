using Xunit.Abstractions;

namespace ResNet.Net.Docs.Tests;

/// <summary>
/// Compiles and runs every block of C# on every page and compares its output with the page. <see cref="DocumentedProgram"/> documents the
/// rules.
/// </summary>
public sealed class ProgramTests(Workshop workshop, ITestOutputHelper log) : IClassFixture<Workshop>
{
    /// <summary>The number of blocks per page that cannot be run.</summary>
    private static readonly Dictionary<string, int> CompiledOnly = new()
    {
        ["README.md"] = 1,
        ["docs/cluster.md"] = 2,
        ["docs/getting-started.md"] = 2,
        ["docs/model-store.md"] = 2,
        ["docs/onnx-runtime.md"] = 1,
        ["docs/onnx.md"] = 2,
        ["docs/serving.md"] = 1,
        ["docs/training.md"] = 2,
        ["docs/variants.md"] = 1,
        ["src/ResNet.Net.Orleans/README.md"] = 1,
        ["src/ResNet.Net.Training/README.md"] = 1,
    };

    public static TheoryData<string> Programs => [.. DocumentedProgram.All.Select(program => program.Name)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Program_OfAPage_PrintsTheOutputOfThePage(string name)
    {
        DocumentedProgram program = DocumentedProgram.All.Single(program => program.Name == name);
        string assembly = Path.Combine(AppContext.BaseDirectory, $"docs-{Guid.NewGuid():N}.dll");
        try
        {
            ProgramCompiler.Compile(program, assembly).Should().BeEmpty();
            if (program.ReasonNotToRun is not null)
            {
                log.WriteLine($"Compiled only: {program.ReasonNotToRun}");
                return;
            }

            string folder = workshop.Open(program);
            IReadOnlyList<string[]> printed = program.IsServer
                ? [await ProgramRunner.ServeAsync(program, assembly, folder)]
                : await ProgramRunner.RunAsync(program, assembly, folder);
            printed.Should().HaveCount(program.Outputs.Count);
            for (int i = 0; i < printed.Count; i++)
            {
                log.WriteLine(string.Join('\n', printed[i]));
                if (program.Outputs[i] is { } shown)
                {
                    ProgramRunner.Matches(shown, printed[i]).Should().BeTrue(
                        $"block {i + 1} of {name} printed\n{string.Join('\n', printed[i])}\n"
                            + $"but the page shows\n{string.Join('\n', shown)}\n");
                }
            }
        }
        finally
        {
            File.Delete(assembly);
        }
    }

    [Fact]
    public void Programs_ThatAreNotRun_AreTheExpectedOnes()
    {
        DocumentedProgram[] notRun = [.. DocumentedProgram.All.Where(program => program.ReasonNotToRun is not null)];
        foreach (DocumentedProgram program in notRun)
        {
            log.WriteLine($"{program.Name}: {program.ReasonNotToRun}");
            program.ReasonNotToRun.Should().NotBeEmpty();
        }

        notRun.GroupBy(program => program.Name.Split(':')[0]).ToDictionary(group => group.Key, group => group.Count())
            .Should().BeEquivalentTo(CompiledOnly);
    }

    [Fact]
    public void Programs_OfAllPages_ContainEveryBlockOfCSharp()
        => DocumentedProgram.All.Sum(program => program.Outputs.Count)
            .Should().Be(Page.All.Sum(page => page.Lines.Count(line => line.TrimEnd() == "```csharp")));
}
