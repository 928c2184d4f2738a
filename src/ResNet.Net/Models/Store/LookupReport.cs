using System.Text;

namespace ResNet.Net;

/// <summary>What was looked at and tried for one file, for the message of the exception that ends it.</summary>
internal sealed class LookupReport(StoreSettings settings, StoredFile file)
{
    private readonly StringBuilder _looked = new();
    private readonly StringBuilder _tried = new();
    private (string CandidateFile, string? Sha256)? _wrong;

    public void Add(FileCheck check, string origin)
    {
        _looked.Append($"\n  {check.Path} ({origin}): {check.Finding}");
        if (check.Result == FileCheckResult.Wrong)
        {
            _wrong ??= (check.Path, check.ActualSha256);
        }
    }

    public void Add(ModelSource source, string address, SourceException failure)
    {
        _tried.Append($"\n  {source.Name}, {address}: {failure.Message}");
        if (failure.IsWrongContent)
        {
            _wrong ??= (address, failure.ActualSha256);
        }
    }

    /// <summary>Something that was done about what was found.</summary>
    public void Add(string sentence) => _looked.Append($"\n  {sentence}");

    public void AddWhyNothingWasTried() => _tried.Append(settings.Offline
        ? $"\n  nothing: {StoreVariables.Offline}, or ModelStoreOptions.{nameof(ModelStoreOptions.Offline)}, keeps this process off the network"
        : $"\n  nothing: ModelStoreOptions.{nameof(ModelStoreOptions.Sources)} is empty");

    public ModelUnavailableException ToException()
    {
        string tried = _tried.Length > 0 ? $"\nTried to download it from:{_tried}" : "";
        string all = $" Looked at:{_looked}{tried}{Remedy}";
        return _wrong is (string place, var actual)
            ? new ModelVerificationException(file.Variant.Id, place, file.Sha256, actual, $"The {file.Title} was not loaded: something was found, but not with its bytes.{all}")
            : new ModelUnavailableException(file.Variant.Id, $"The {file.Title} is not here.{all}");
    }

    public ModelUnavailableException ToException(StoreException failure)
        => new(
            file.Variant.Id,
            $"The {file.Title} cannot be stored in '{settings.Root}': {failure.Message.TrimEnd('.')}. "
            + $"The store's folder is {StoreVariables.Root} or ModelStoreOptions.{nameof(ModelStoreOptions.RootFolder)}.{(_looked.Length > 0 ? $" Looked at:{_looked}" : "")}{Remedy}",
            failure);

    private string Remedy
        => $"\nTo get it by hand, download {file.Name} ({file.Bytes} bytes, SHA-256 {file.Sha256}) from {ModelSource.HuggingFace.GetAddress(file)} "
            + $"into a folder, and name that folder in {StoreVariables.LocalFolders} or ModelStoreOptions.{nameof(ModelStoreOptions.LocalFolders)}.";
}
