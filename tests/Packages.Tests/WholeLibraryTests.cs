namespace ResNet.Net.Packages.Tests;

/// <summary>All packages at once, every one of them kept whole: no trimming warning may be hidden by code that a program happens not to use.</summary>
[Collection(nameof(Feed))]
public class WholeLibraryTests(Feed feed)
{
    [TrimmingFact]
    public async Task Publish_TrimmedWithWholeLibraries_HasNoWarnings_AndTheReadmesSnippetsRun()
    {
        Consumer consumer = await Applications.EverythingAsync(feed);
        string roots = string.Join("", Feed.Ids.Where(i => i != "ResNet.Net.Runtime").Select(i => $"""<TrimmerRootAssembly Include="{i}" />"""));
        consumer.Write("Directory.Build.targets", $"<Project><ItemGroup>{roots}</ItemGroup></Project>");

        // Dynamic code off, as Native AOT has it. The analyzers of all three read the snippets.
        Consumer.Published published = await consumer.PublishAsync(
            "whole", [.. PublishMode.Trimmed.Arguments, "-p:DynamicCodeSupport=false", "-p:EnableAotAnalyzer=true", "-p:EnableTrimAnalyzer=true", "-p:EnableSingleFileAnalyzer=true"]);
        ProgramRun run = await published.RunAsync(null, TestFolders.SamplePictures, Path.Combine(TestFolders.SamplePictures, "labels.txt"), "int8.onnx");

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().Contain(l => l.Contains("Float [", StringComparison.Ordinal), "the int8 model that the first snippet wrote is what the last one reads");
    }
}
