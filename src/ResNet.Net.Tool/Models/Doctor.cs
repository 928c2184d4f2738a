using ResNet.Net.Tool.CommandLine;
using Spectre.Console;

namespace ResNet.Net.Tool.Models;

/// <summary>Checks everything that running a model requires.</summary>
internal sealed class Doctor(ModelStore store)
{
    public int Run(OutputFormat format)
    {
        RuntimeDiagnostics runtime = RuntimeDiagnostics.Inspect();
        Check[] checks = [.. Libraries(runtime), .. Providers(runtime), .. Processor(runtime), .. Store(), .. Files()];
        int failed = checks.Count(f => f.Severity == Severity.Bad);
        if (format == OutputFormat.Json)
        {
            foreach (Check check in checks)
            {
                string result = check.Severity switch { Severity.Good => "ok", Severity.Note => "info", _ => "failed" };
                JsonLines.Write(new CheckLine(result, check.Subject, check.Text), ModelsJson.Default.CheckLine);
            }
        }
        else
        {
            Print(checks, failed);
        }

        return failed == 0 ? ExitCode.Success : ExitCode.SomeFailed;
    }

    private static void Print(Check[] checks, int failed)
    {
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (Check check in checks)
        {
            string mark = check.Severity switch { Severity.Good => "[green]ok[/]", Severity.Note => "[yellow]--[/]", _ => "[red]FAILS[/]" };
            grid.AddRow(mark, Terminal.Plain(check.Subject), Terminal.Plain(check.Text));
        }

        IAnsiConsole console = Terminal.Open();
        console.Write(grid);
        console.MarkupLine(failed == 0 ? "[green]All checks passed.[/]" : $"[red]{Quantity.Of(failed, "check")} failed.[/]");
    }

    private static IEnumerable<Check> Libraries(RuntimeDiagnostics runtime) => runtime.Libraries.Select(library =>
    {
        string version = library.NativeVersion is null || library.NativeVersion == library.Version
            ? library.Version
            : $"{library.Version}, native {library.NativeVersion}";
        return library.Error is null
            ? new Check(Severity.Good, library.Name, library.NativePath is null ? version : $"{version}, {library.NativePath}")
            : new Check(Severity.Bad, library.Name, $"{library.Version}: {library.Error}");
    });

    private static IEnumerable<Check> Providers(RuntimeDiagnostics runtime)
        => runtime.ExecutionProviders.Select(provider => provider.IsUsable
        ? new Check(Severity.Good, $"provider {provider.Name}", "ran the embedded model")
        : new Check(
            provider.Name == "CPU" ? Severity.Bad : Severity.Note,
            $"provider {provider.Name}",
            $"not usable on this machine: {provider.Error}"));

    private static IEnumerable<Check> Processor(RuntimeDiagnostics runtime)
    {
        string instructions = runtime.InstructionSets.Count > 0 ? string.Join(", ", runtime.InstructionSets) : "no vector instructions";
        yield return new Check(Severity.Note, "instructions", instructions);
        yield return runtime.HasInt8DotProduct
            ? new Check(Severity.Good, "int8", "int8 dot-product instructions (VNNI or the like): int8 models are fast")
            : new Check(Severity.Note, "int8", "no int8 dot-product instructions: int8 models are correct, but hardly faster than fp32");
        yield return new Check(Severity.Note, "processors", Format.Number(runtime.Processors));
    }

    private IEnumerable<Check> Store()
    {
        // If the folder does not exist yet, the nearest existing parent decides.
        string folder = store.RootFolder;
        while (!Directory.Exists(folder) && !File.Exists(folder) && Path.GetDirectoryName(folder) is string parent)
        {
            folder = parent;
        }

        string? problem = WhyNotWritable(folder);
        yield return problem is null
            ? new Check(Severity.Good, "store", $"{store.RootFolder}, {Format.Gigabytes(new DriveInfo(folder).AvailableFreeSpace)} free")
            : new Check(
                store.IsOffline ? Severity.Note : Severity.Bad,
                "store",
                $"{store.RootFolder} is not writable: {problem} Set RESNET_NET_HOME to a writable folder.");
        yield return new Check(
            Severity.Note, "sources", store.IsOffline ? "offline: only stored models can be used" : string.Join(", ", store.Sources));
        foreach (string missing in store.LocalFolders.Where(f => !Directory.Exists(f)))
        {
            yield return new Check(Severity.Bad, "local folder", $"{missing} does not exist. Correct RESNET_NET_MODELS.");
        }
    }

    private IEnumerable<Check> Files()
    {
        StoredModel[] models = [.. store.List().Where(m => m.Kind == StoredFileKind.Model)];
        if (models.Length == 0)
        {
            yield return new Check(Severity.Note, "models", "only the embedded ones");
        }

        foreach (IGrouping<ResNetVariant, StoredModel> variant in models.GroupBy(m => m.Variant))
        {
            // Find verifies a file that was never verified, as loading it would.
            string? used = Find(variant.Key);
            foreach (StoredModel model in variant)
            {
                (Severity severity, string state) = State(model, used);
                yield return new Check(severity, variant.Key.Id, $"{state}, {Format.Megabytes(model.Bytes)} MB, {model.Path}");
            }
        }
    }

    private string? Find(ResNetVariant variant)
    {
        try
        {
            return store.Find(variant);
        }
        catch (ModelUnavailableException)
        {
            return null;
        }
    }

    // The path that is used is that of the imported model for variants in Caffe2's own format.
    private static (Severity Severity, string State) State(StoredModel model, string? used)
        => model.State is StoredModelState.Partial or StoredModelState.Damaged ? (Severity.Note, Format.State(model))
        : model.Path == used || (used is not null && model.Variant.IsImported)
            ? (Severity.Good, model.State == StoredModelState.Unverified ? "verified now" : Format.State(model))
        : used is null ? (Severity.Bad, "its content is wrong; run 'resnet models verify'")
        : (Severity.Note, "not used: another file of the same model takes precedence");

    private static string? WhyNotWritable(string folder)
    {
        try
        {
            string probe = Path.Combine(folder, $".resnet-net-{Guid.NewGuid():N}");
            using FileStream file
                = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
