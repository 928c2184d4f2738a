using Xunit.Abstractions;

namespace ResNet.Net.Docs.Tests;

/// <summary>Every block of C# on every page is compiled and run; what it prints is compared with what the page says. Nothing is ever rewritten. <see cref="DocumentedProgram"/> has the rules.</summary>
public sealed class ProgramTests(Workshop workshop, ITestOutputHelper log) : IClassFixture<Workshop>
{
    /// <summary>The blocks that cannot be run here, by page: they say why, and this many there are.</summary>
    private static readonly Dictionary<string, int> CompiledOnly = new() { ["README.md"] = 1, ["docs/getting-started.md"] = 2, ["docs/model-store.md"] = 2, ["docs/onnx-runtime.md"] = 1 };

    public static TheoryData<string> Programs => [.. DocumentedProgram.All.Select(program => program.Name)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Program_OfAPage_DoesWhatThePageSays(string name)
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
                    ProgramRunner.Fits(shown, printed[i]).Should().BeTrue($"block {i + 1} of {name} printed\n{string.Join('\n', printed[i])}\nbut the page says\n{string.Join('\n', shown)}\n");
                }
            }
        }
        finally
        {
            File.Delete(assembly);
        }
    }

    [Fact]
    public void Programs_ThatAreNotRun_AreThoseKnown()
    {
        DocumentedProgram[] notRun = [.. DocumentedProgram.All.Where(program => program.ReasonNotToRun is not null)];
        foreach (DocumentedProgram program in notRun)
        {
            log.WriteLine($"{program.Name}: {program.ReasonNotToRun}");
            program.ReasonNotToRun.Should().NotBeEmpty();
        }

        notRun.GroupBy(program => program.Name.Split(':')[0]).ToDictionary(group => group.Key, group => group.Count()).Should().BeEquivalentTo(CompiledOnly);
    }

    [Fact]
    public void Programs_OfAllPages_AreMany() => DocumentedProgram.All.Should().HaveCountGreaterThan(20);
}
