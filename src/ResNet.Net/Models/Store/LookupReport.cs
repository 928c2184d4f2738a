using System.Text;

namespace ResNet.Net;

/// <summary>Collects the paths and sources that were tried for a file, for the message of the exception if all fail.</summary>
internal sealed class LookupReport(StoreSettings settings, StoredFile file)
{
    private readonly StringBuilder _checked = new();
    private readonly StringBuilder _downloads = new();
    private (string Location, string? Sha256)? _mismatch;

    private string CheckedPaths => _checked.Length > 0 ? $" Checked:{_checked}" : "";

    private string Remedy
    {
        get
        {
            const string LocalFolders = $"{StoreVariables.LocalFolders} or ModelStoreOptions.{nameof(ModelStoreOptions.LocalFolders)}";
            if (file.Variant.PackageId is string package)
            {
                return $"\nAdd the package to the application: dotnet add package {package}. "
                    + $"Or set {LocalFolders} to a folder with {Facts(file.File)}.";
            }

            if (!file.Variant.IsImported)
            {
                return $"\nTo install it manually, download {Facts(file.File)} "
                    + $"from {ModelSource.HuggingFace.GetAddress(file.Variant, file.File)} to a folder, "
                    + $"and set {LocalFolders} to that folder.";
            }

            string files = string.Concat(file.Variant.Files.Select(f => $"\n  {Facts(f)} from {f.Address}"));
            return $"\nTo install the model manually, set {LocalFolders} to a folder, "
                + $"and download to its subfolder '{file.Variant.Id}':{files}";
        }
    }

    private static string Facts(VariantFile file)
        => file.Sha256 is null
            ? $"{file.Name} (no SHA-256 is published; the store records the hash of the first file that it uses)"
            : $"{file.Name} ({file.Bytes} bytes, SHA-256 {file.Sha256})";

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

    public void AddSourceWithoutFile(ModelSource source) => _downloads.Append($"\n  {source.Name}: does not have the file");

    /// <summary>Adds what was done about a checked file.</summary>
    public void AddAction(string sentence) => _checked.Append($"\n  {sentence}");

    public void AddWhyNothingWasDownloaded() => _downloads.Append(file.Variant.PackageId is string package
        ? $"\n  none: the file is published as the package {package}, not as a download"
        : !file.HasHash
        ? "\n  none: no SHA-256 is published for the file, so a download could not be verified"
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
                file.File.Sha256,
                actual,
                $"The {file.Title} was found, but its content is wrong. It was not used.{details}")
            : new ModelUnavailableException(file.Variant.Id, $"The {file.Title} was not found.{details}");
    }

    public ModelUnavailableException ToException(StoreException failure) => new(
        file.Variant.Id,
        $"The {file.Title} cannot be stored in '{settings.Root}': {failure.Message.TrimEnd('.')}. The folder of the store is set by "
        + $"{StoreVariables.Root} or ModelStoreOptions.{nameof(ModelStoreOptions.RootFolder)}.{CheckedPaths}{Remedy}",
        failure);
}
