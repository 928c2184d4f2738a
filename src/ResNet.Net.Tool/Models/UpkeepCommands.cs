using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Models;

/// <summary>The commands that print a line for each file.</summary>
internal sealed class UpkeepCommands(ModelStore store, TextWriter output, TextWriter error)
{
    public async Task<int> VerifyAsync(IReadOnlyList<ResNetVariant> variants, CancellationToken cancellationToken)
    {
        if (variants.Count == 0)
        {
            variants = [.. store.List().Where(m => m.Kind == StoredFileKind.Model && m.State is StoredModelState.Verified or StoredModelState.Unverified).Select(m => m.Variant).Distinct()];
        }

        if (variants.Count == 0)
        {
            output.WriteLine("There is nothing to verify.");
        }

        int exitCode = ExitCode.Success;
        foreach (ResNetVariant variant in variants)
        {
            try
            {
                StoredModel model = await store.VerifyAsync(variant, null, cancellationToken);
                output.WriteLine($"{variant.Id}: right, {model.Path}");
            }
            catch (ModelUnavailableException exception)
            {
                error.WriteLine(exception.Message);
                exitCode = ExitCode.SomeFailed;
            }
        }

        return exitCode;
    }

    public int Remove(IReadOnlyList<ResNetVariant> variants)
    {
        int exitCode = ExitCode.Success;
        foreach (ResNetVariant variant in variants)
        {
            try
            {
                output.WriteLine(store.Remove(variant) ? $"{variant.Id}: removed" : $"{variant.Id}: was not in the store");
            }
            catch (ModelUnavailableException exception)
            {
                error.WriteLine(exception.Message);
                exitCode = ExitCode.SomeFailed;
            }
        }

        return exitCode;
    }

    public async Task<int> ImportAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        int exitCode = ExitCode.Success;
        foreach (string path in paths)
        {
            try
            {
                foreach (StoredModel model in await store.ImportAsync(path, new NoticeLines(error), cancellationToken))
                {
                    output.WriteLine($"{model.Variant.Id}: {model.Path}");
                }
            }
            catch (ModelUnavailableException exception)
            {
                error.WriteLine(exception.Message);
                exitCode = ExitCode.SomeFailed;
            }
        }

        return exitCode;
    }

    public int Where()
    {
        output.WriteLine($"Store:         {store.Location}");
        output.WriteLine($"Local folders: {(store.LocalFolders.Count > 0 ? string.Join(", ", store.LocalFolders) : "none (RESNET_NET_MODELS)")}");
        output.WriteLine($"Sources:       {(store.IsOffline ? "none, offline (RESNET_NET_OFFLINE)" : string.Join(", ", store.Sources))}");
        return ExitCode.Success;
    }
}
