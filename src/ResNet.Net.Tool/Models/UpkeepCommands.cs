using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Models;

/// <summary>The commands that print one line per file.</summary>
internal sealed class UpkeepCommands(ModelStore store, TextWriter error, OutputFormat format)
{
    private int _exitCode = ExitCode.Success;

    public async Task<int> VerifyAsync(IReadOnlyList<ResNetVariant> variants, CancellationToken cancellationToken)
    {
        variants = variants.Count > 0 ? variants : Stored(store);
        if (variants.Count == 0 && format == OutputFormat.Text)
        {
            Terminal.Out.WriteLine("There is nothing to verify.");
        }

        foreach (ResNetVariant variant in variants)
        {
            await TryAsync(variant.Id, async () =>
            {
                foreach (StoredModel model in await store.VerifyAsync(variant, new NoticeLines(error), cancellationToken))
                {
                    string result = model.File.Sha256 is null ? $"no published SHA-256, has {model.Sha256}" : "verified";
                    Print(variant.Id, result, model.Path, model.Sha256);
                }
            });
        }

        return _exitCode;
    }

    public int Remove(IReadOnlyList<ResNetVariant> variants)
    {
        foreach (ResNetVariant variant in variants)
        {
            _ = TryAsync(variant.Id, () =>
            {
                Print(variant.Id, store.Remove(variant) ? "removed" : "not in the store", null);
                return Task.CompletedTask;
            });
        }

        return _exitCode;
    }

    public async Task<int> ImportAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        foreach (string path in paths)
        {
            await TryAsync(null, async () =>
            {
                foreach (StoredModel model in await store.ImportAsync(path, new NoticeLines(error), cancellationToken))
                {
                    Print(model.Variant.Id, "imported", model.Path);
                }
            });
        }

        return _exitCode;
    }

    /// <summary>The variants that have a complete file in the store.</summary>
    public static IReadOnlyList<ResNetVariant> Stored(ModelStore store)
        => [.. store.List().Where(IsComplete).Select(m => m.Variant).Distinct()];

    private static bool IsComplete(StoredModel model)
        => model.Kind == StoredFileKind.Model
            && model.State is StoredModelState.Verified or StoredModelState.HashRecorded or StoredModelState.Unverified;

    private async Task TryAsync(string? id, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (ModelUnavailableException exception)
        {
            string message = LibraryTerms.Replace(exception.Message);
            error.WriteLine(message);
            _exitCode = ExitCode.SomeFailed;
            if (format == OutputFormat.Json)
            {
                JsonLines.Write(new ResultLine(id ?? exception.ModelId, "failed", null, message), ModelsJson.Default.ResultLine);
            }
        }
    }

    private void Print(string id, string result, string? path, string? sha256 = null)
    {
        if (format == OutputFormat.Json)
        {
            JsonLines.Write(new ResultLine(id, result, path, null, sha256), ModelsJson.Default.ResultLine);
        }
        else
        {
            Terminal.Out.WriteLine(path is null ? $"{id}: {result}" : $"{id}: {result}, {path}");
        }
    }
}
