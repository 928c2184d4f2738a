namespace ResNet.Net.Comparison;

/// <summary>Contains the help of the program.</summary>
internal static class Help
{
    private const string Text = $"""
        Classifies the same JPEG files with this library and with what else a .NET user could use, interleaved in one run.

          {ComparisonOptions.PhotosOption} ZIP      The photos. Default: drawn images.
          {ComparisonOptions.SaveOption} FOLDER     Writes comparison.json, comparison.md and comparison.svg.
          {ComparisonOptions.AnywayOption}          Measures even though the machine is busy.
          {ComparisonOptions.QuickOption}           Measures a few images, to try the program.
          {ComparisonOptions.OnlyOption} IDS        Runs some contestants only, separated by commas.

        Commands:

          {RenderCommand.Command} FOLDER [{RenderCommand.PagesOption} ROOT]
              Draws the results in a folder and writes them into README.md and docs/performance.md.
        """;

    public static int Print()
    {
        Console.WriteLine(Text);
        return 0;
    }
}
