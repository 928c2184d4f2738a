namespace ResNet.Net.Packages.Tests;

/// <summary>All trimmable packages, kept whole: a warning can't hide in code that a program does not use.</summary>
[Collection(nameof(Feed))]
public class WholeLibraryTests(Feed feed)
{
    [TrimmingFact]
    public async Task Publish_TrimmedWithWholeLibraries_HasNoWarnings_AndTheReadmesSnippetsRun()
    {
        Consumer consumer = Applications.Everything(feed);
        string roots = string.Join("", feed.Trimmable.Select(i => $"""<TrimmerRootAssembly Include="{i}" />"""));
        consumer.Write("Directory.Build.targets", $"<Project><ItemGroup>{roots}</ItemGroup></Project>");

        // Dynamic code is off, as under Native AOT.
        Consumer.Published published = await consumer.PublishAsync(
            "whole", [
                .. PublishMode.Trimmed.Arguments,
                "-p:DynamicCodeSupport=false",
                "-p:EnableAotAnalyzer=true",
                "-p:EnableTrimAnalyzer=true",
                "-p:EnableSingleFileAnalyzer=true",
            ]);
        ProgramRun run = await published.RunAsync(
            TestFolders.SampleImages, Path.Combine(TestFolders.SampleImages, "labels.txt"), "int8.onnx");

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().Contain(
            l => l.Contains("Float [", StringComparison.Ordinal), "the int8 model that the first snippet wrote is what the last one reads");
    }
}
