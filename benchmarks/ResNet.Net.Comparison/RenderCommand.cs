namespace ResNet.Net.Comparison;

/// <summary>
/// Writes the results of a folder into the pages: <c>render FOLDER [--pages ROOT]</c> also draws <c>comparison.svg</c> and writes
/// <c>comparison.md</c>.
/// </summary>
internal static class RenderCommand
{
    public const string Command = "render";
    public const string PagesOption = "--pages";

    private const string TableName = "comparison.md";
    private const string PlotName = "comparison.svg";

    /// <param name="folder">The folder of the results.</param>
    /// <param name="root">The folder that contains <c>README.md</c> and <c>docs</c>.</param>
    public static int Run(string folder, string root)
    {
        folder = Path.GetFullPath(folder);
        ComparisonResults results = ComparisonResults.Load(folder);
        WriteFolder(results, folder);
        PageSection.Replace(Path.Combine(root, "README.md"), folder, link => ComparisonTables.Readme(results, $"{link}/{PlotName}"));
        PageSection.Replace(
            Path.Combine(root, "docs", "performance.md"),
            folder,
            link => $"![Latency and throughput of this library and others]({link}/{PlotName})\n\n{ComparisonTables.Page(results)}");
        return 0;
    }

    public static void WriteFolder(ComparisonResults results, string folder)
    {
        string page = $"# Comparison\n\n    {ComparisonTables.CommandLine}\n\n{ComparisonTables.Page(results)}";
        File.WriteAllText(Path.Combine(folder, TableName), page);
        File.WriteAllText(Path.Combine(folder, PlotName), ComparisonPlot.Draw(results));
    }
}
