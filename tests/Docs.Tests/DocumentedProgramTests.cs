namespace ResNet.Net.Docs.Tests;

/// <summary>Tests the rules for blocks with small pages.</summary>
public sealed class DocumentedProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Blocks_ThatContinue_FormOneProgramWithSeparateOutputs()
    {
        DocumentedProgram program = Single("""
            # Page
            <!-- given: int hidden = 3; -->
            <!-- arguments: one two -->
            <!-- environment: DOCS_TESTS=yes -->
            ```csharp
            using System.Globalization;
            int x = hidden + 1;
            Console.WriteLine($"{x} {args.Length} {Environment.GetEnvironmentVariable("DOCS_TESTS")}");
            ```

            prints

            ```
            4 2 yes
            ```

            <!-- continues -->
            ```csharp
            using System.Text;
            Console.WriteLine(new StringBuilder().Append(x.ToString(CultureInfo.InvariantCulture)).Append('!'));
            ```
            """);
        string assembly = Path.Combine(AppContext.BaseDirectory, $"docs-{Guid.NewGuid():N}.dll");
        try
        {
            ProgramCompiler.Compile(program, assembly).Should().BeEmpty();
            IReadOnlyList<string[]> printed = await ProgramRunner.RunAsync(program, assembly, _folder.FullPath);

            printed.Should().BeEquivalentTo(new[] { new[] { "4 2 yes" }, ["4!"] }, options => options.WithStrictOrdering());
            program.Outputs[0].Should().Equal("4 2 yes");
            program.Outputs[1].Should().BeNull();
        }
        finally
        {
            File.Delete(assembly);
        }
    }

    [Fact]
    public void Compile_ErrorAndWarning_NamePageAndLine()
    {
        string assembly = _folder["x.dll"];

        ProgramCompiler.Compile(Single("# Page\n```csharp\nint x = 1;\nstring s = null;\nConsole.WriteLine(y);\n```"), assembly)
            .Should().Contain(m => m.StartsWith("page.md, line 5: CS0103", StringComparison.Ordinal))
            .And.Contain(
                m => m.StartsWith("page.md, line 4: CS8600", StringComparison.Ordinal)
                    || m.StartsWith("page.md, line 3: CS0219", StringComparison.Ordinal));
    }

    [Fact]
    public void Outputs_AfterAHeadingOrInAnotherLanguage_AreIgnored()
    {
        Of("```csharp\n;\n```\n## Next\n```\nx\n```").Single().Outputs.Should().Equal((IReadOnlyList<string>?)null);
        Of("```csharp\n;\n```\n```bash\nx\n```").Single().Outputs.Should().Equal((IReadOnlyList<string>?)null);
    }

    [Fact]
    public void Of_UnknownComment_Throws()
        => ((Action)(() => Of("<!-- skip: later -->\n```csharp\n;\n```")))
            .Should().Throw<FormatException>().WithMessage("*page.md, line 3*skip: later*");

    [Fact]
    public void Of_CompiledOnlyAndRequests_AreRead()
    {
        DocumentedProgram program = Single("<!-- compiled only: needs a GPU -->\n<!-- request: GET /health -->\n\n```csharp\n;\n```");

        program.ReasonNotToRun.Should().Be("needs a GPU");
        program.Requests.Should().Equal("GET /health");
    }

    [Theory]
    [InlineData("a\nb", "a\nb", true)]
    [InlineData("a", "a\nb", false)]
    [InlineData("took … ms", "took 3.2 ms", true)]
    [InlineData("took … ms", "took 3.2 s", false)]
    [InlineData("a\n…\nz", "a\nb\nc\nz", true)]
    [InlineData("a\n…\nz", "a\nz", true)]
    [InlineData("a\n…\nz", "a\nb\ny", false)]
    [InlineData("a.c", "abc", false)]
    public void Matches_LinesAndEllipses_AreCompared(string shown, string actual, bool expected)
        => ProgramRunner.Matches(shown.Split('\n'), actual.Split('\n')).Should().Be(expected);

    [Fact]
    public void IsServer_BuilderOnly_IsAWebProgramThatEnds()
    {
        DocumentedProgram program = Single(
            "<!-- given: var builder = WebApplication.CreateBuilder(args); -->\n```csharp\nbuilder.Services.AddLogging();\n```");

        (program.IsWeb, program.IsServer).Should().Be((true, false));
        ProgramCompiler.Compile(program, _folder["x.dll"]).Should().BeEmpty();
    }

    [Fact]
    public async Task Server_OfAPage_AnswersItsRequests()
    {
        DocumentedProgram program = Single("""
            <!-- request: POST /length cat.txt -->
            ```csharp
            WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
            WebApplication app = builder.Build();
            app.MapPost(
                "/length",
                async (HttpRequest request) => $"{(await new StreamReader(request.Body).ReadToEndAsync()).Length} bytes");
            app.Run();
            ```
            """);
        _folder.Write("cat.txt", "meow");
        string assembly = Path.Combine(AppContext.BaseDirectory, $"docs-{Guid.NewGuid():N}.dll");
        try
        {
            ProgramCompiler.Compile(program, assembly).Should().BeEmpty();
            (await ProgramRunner.ServeAsync(program, assembly, _folder.FullPath)).Should().Equal("4 bytes");
        }
        finally
        {
            File.Delete(assembly);
        }
    }

    private static DocumentedProgram Single(string text) => Of(text).Single();

    private static DocumentedProgram[] Of(string text) => [.. DocumentedProgram.Of(Page.Parse("page.md", text))];
}
