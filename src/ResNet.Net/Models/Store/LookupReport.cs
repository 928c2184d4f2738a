using System.Text;

namespace ResNet.Net;

/// <summary>Collects the paths and sources that were tried for a file, for the message of the exception if all fail.</summary>
internal sealed class LookupReport(StoreSettings settings, StoredFile file)
{
    private readonly StringBuilder _checked = new();
    private readonly StringBuilder _downloads = new();
    private (string Location, string? Sha256)? _mismatch;

    private string CheckedPaths => _checked.Length > 0 ? $" Checked:{_checked}" : "";

    private string Remedy => file.Variant.PackageId is string package
        ? $"\nAdd the package to the application: dotnet add package {package}. "
            + $"Or set {StoreVariables.LocalFolders} or ModelStoreOptions.{nameof(ModelStoreOptions.LocalFolders)} to a folder with "
            + $"{file.Name} ({file.Bytes} bytes, SHA-256 {file.Sha256})."
        : $"\nTo install it manually, download {file.Name} ({file.Bytes} bytes, SHA-256 {file.Sha256}) "
            + $"from {ModelSource.HuggingFace.GetAddress(file)} to a folder, and set {StoreVariables.LocalFolders} "
            + $"or ModelStoreOptions.{nameof(ModelStoreOptions.LocalFolders)} to that folder.";

    public void Add(FileCheck check, string origin)
    {
        _checked.Append($"\n  {check.Path} ({origin}): {check.Details}");
        if (check.Result == FileCheckResult.Wrong)
        {
            _mismatch ??= (check.Path, check.ActualSha256);
        }
    }

    public void Add(ModelSource source, string address, SourceException failure)
    {
        _downloads.Append($"\n  {source.Name}, {address}: {failure.Message}");
        if (failure.IsWrongContent)
        {
            _mismatch ??= (address, failure.ActualSha256);
        }
    }

    /// <summary>Adds what was done about a checked file.</summary>
    public void AddAction(string sentence) => _checked.Append($"\n  {sentence}");

    public void AddWhyNothingWasDownloaded() => _downloads.Append(file.Variant.PackageId is string package
        ? $"\n  none: the file is published as the package {package}, not as a download"
        : settings.Offline
        ? $"\n  none: {StoreVariables.Offline} or ModelStoreOptions.{nameof(ModelStoreOptions.Offline)} disables the network"
        : $"\n  none: ModelStoreOptions.{nameof(ModelStoreOptions.Sources)} is empty");

    public ModelUnavailableException ToException()
    {
        string details = $"{CheckedPaths}{(_downloads.Length > 0 ? $"\nTried sources:{_downloads}" : "")}{Remedy}";
        return _mismatch is (string location, var actual)
            ? new ModelVerificationException(
                file.Variant.Id,
                location,
                file.Sha256,
                actual,
                $"The {file.Title} was found, but with other bytes. It was not used.{details}")
            : new ModelUnavailableException(file.Variant.Id, $"The {file.Title} was not found.{details}");
    }

    public ModelUnavailableException ToException(StoreException failure) => new(
        file.Variant.Id,
        $"The {file.Title} cannot be stored in '{settings.Root}': {failure.Message.TrimEnd('.')}. The folder of the store is set by "
        + $"{StoreVariables.Root} or ModelStoreOptions.{nameof(ModelStoreOptions.RootFolder)}.{CheckedPaths}{Remedy}",
        failure);
}
