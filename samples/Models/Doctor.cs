using ResNet.Net.Samples.Support;
using Spectre.Console;

namespace ResNet.Net.Samples.Models;

/// <summary>Checks what running a model needs, and says what would fail later.</summary>
internal sealed class Doctor(ModelStore store, IAnsiConsole console)
{
    public int Run()
    {
        RuntimeDiagnostics runtime = RuntimeDiagnostics.Inspect();
        Finding[] findings = [.. Libraries(runtime), .. Providers(runtime), .. Processor(runtime), .. Store(), .. Files()];
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (Finding finding in findings)
        {
            string mark = finding.Severity switch { Severity.Good => "[green]ok[/]", Severity.Note => "[yellow]--[/]", _ => "[red]FAILS[/]" };
            grid.AddRow(mark, Terminal.Plain(finding.Subject), Terminal.Plain(finding.Text));
        }

        console.Write(grid);
        int bad = findings.Count(f => f.Severity == Severity.Bad);
        console.MarkupLine(bad == 0 ? "[green]Nothing here would fail later.[/]" : $"[red]{bad} of these would fail later.[/]");
        return bad == 0 ? ExitCode.Success : ExitCode.SomeFailed;
    }

    private static IEnumerable<Finding> Libraries(RuntimeDiagnostics runtime)
        => runtime.Libraries.Select(library => library.Error is null
            ? new Finding(Severity.Good, library.Name, string.Join(", ", new[] { library.Version, $"native {library.NativeVersion}", library.NativePath }.OfType<string>()))
            : new Finding(Severity.Bad, library.Name, library.Error));

    private static IEnumerable<Finding> Providers(RuntimeDiagnostics runtime)
        => runtime.ExecutionProviders.Select(provider => provider.IsUsable
            ? new Finding(Severity.Good, $"provider {provider.Name}", "ran the embedded model")
            : new Finding(provider.Name == "CPU" ? Severity.Bad : Severity.Note, $"provider {provider.Name}", $"is compiled in, but not usable here: {provider.Error}"));

    private static IEnumerable<Finding> Processor(RuntimeDiagnostics runtime)
    {
        yield return new Finding(Severity.Note, "instructions", runtime.InstructionSets.Count > 0 ? string.Join(", ", runtime.InstructionSets) : "no vector instructions");
        yield return runtime.HasInt8DotProduct
            ? new Finding(Severity.Good, "int8", "the processor multiplies bytes in one instruction: int8 models are fast")
            : new Finding(Severity.Note, "int8", "no VNNI or dot product: int8 models are right, but hardly faster than fp32");
        string machine = runtime.MachineProcessors is int all ? $" of the machine's {all}" : "";
        string quota = runtime.ProcessorQuota is double limit ? $", the container allows {Format.Number(limit)}" : ", no container limit";
        yield return new Finding(Severity.Note, "processors", $"{runtime.Processors}{machine}{quota}; a run uses {runtime.Processors} threads unless told otherwise");
    }

    private IEnumerable<Finding> Store()
    {
        // The folder may not exist yet: then the nearest one above it decides.
        string folder = store.Location;
        while (!Directory.Exists(folder) && !File.Exists(folder) && Path.GetDirectoryName(folder) is string parent)
        {
            folder = parent;
        }

        string? problem = WhyNotWritable(folder);
        yield return problem is null
            ? new Finding(Severity.Good, "store", $"{store.Location}, {Format.Gigabytes(new DriveInfo(folder).AvailableFreeSpace)} free")
            : new Finding(store.IsOffline ? Severity.Note : Severity.Bad, "store", $"{store.Location} cannot be written: {problem} Set RESNET_NET_HOME to a folder that can be.");
        yield return new Finding(Severity.Note, "sources", store.IsOffline ? "offline: only what is here can be used" : string.Join(", ", store.Sources));
        foreach (string missing in store.LocalFolders.Where(f => !Directory.Exists(f)))
        {
            yield return new Finding(Severity.Bad, "local folder", $"{missing} does not exist. Correct RESNET_NET_MODELS.");
        }
    }

    private IEnumerable<Finding> Files()
    {
        StoredModel[] models = [.. store.List().Where(m => m.Kind == StoredFileKind.Model)];
        if (models.Length == 0)
        {
            yield return new Finding(Severity.Note, "models", "none here yet but the embedded one");
        }

        foreach (IGrouping<ResNetVariant, StoredModel> variant in models.GroupBy(m => m.Variant))
        {
            // What was never verified is now: it would be when it is used.
            string? used = store.Find(variant.Key);
            foreach (StoredModel model in variant)
            {
                (Severity severity, string state) = model.Path == used ? (Severity.Good, model.State == StoredModelState.Verified ? Format.State(model) : "verified now")
                    : model.State is StoredModelState.Partial or StoredModelState.Damaged ? (Severity.Note, Format.State(model))
                    : used is null ? (Severity.Bad, "its bytes are wrong; run verify")
                    : (Severity.Note, "not used, another file of the same model is");
                yield return new Finding(severity, variant.Key.Id, $"{state}, {Format.Megabytes(model.Bytes)} MB, {model.Path}");
            }
        }
    }

    private static string? WhyNotWritable(string folder)
    {
        try
        {
            string probe = Path.Combine(folder, $".resnet-net-{Guid.NewGuid():N}");
            using FileStream file = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
