using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Models;

/// <summary>Prints where models are stored and where they come from.</summary>
internal static class WhereReport
{
    public static int Print(ModelStore store, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            WhereLine line = new(store.RootFolder, store.LocalFolders, [.. store.Sources.Select(s => s.ToString()!)], store.IsOffline);
            JsonLines.Write(line, ModelsJson.Default.WhereLine);
            return ExitCode.Success;
        }

        Terminal.Out.WriteLine($"Store:         {store.RootFolder}");
        Terminal.Out.WriteLine(
            $"Local folders: {(store.LocalFolders.Count > 0 ? string.Join(", ", store.LocalFolders) : "none (RESNET_NET_MODELS)")}");
        string sources = store.IsOffline ? "none, offline (RESNET_NET_OFFLINE)" : string.Join(", ", store.Sources);
        Terminal.Out.WriteLine($"Sources:       {sources}");
        return ExitCode.Success;
    }
}
