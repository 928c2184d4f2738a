namespace ResNet.Net;

/// <summary>Defines the paths of a stored file, <c>root/id/name</c>, and of the files that belong to it.</summary>
internal sealed class FilePaths(string root, StoredFile file)
{
    private const string LocalOrigin = "local folder";

    public string Root { get; } = root;

    public string Folder { get; } = Path.Combine(root, file.Variant.Id);

    public string File { get; } = Path.Combine(root, file.Variant.Id, file.Name);

    public string Partial => $"{File}.partial";

    /// <summary>Gets the path of the most recent damaged file. Only one is kept, so that a failing disk isn't filled with copies.</summary>
    public string Damaged => $"{File}.damaged";

    /// <summary>
    /// Gets the path of the lock of all files of the variant. It is outside of the variant's folder, so that deleting the folder doesn't
    /// delete the lock of a waiting process.
    /// </summary>
    public string Lock { get; } = Path.Combine(root, ".locks", $"{file.Variant.Id}.lock");

    /// <summary>Gets the file in the store.</summary>
    public CandidateFile Stored => new(File, $"{File}{VerificationRecord.Extension}", "store", IsLocal: false);

    /// <summary>
    /// Returns the paths where the file may be: the store's own first, then for files of packages the application's, then the local
    /// folders.
    /// </summary>
    /// <remarks>Uses a plain loop: every startup runs this, and a LINQ query would take longer to compile than to run.</remarks>
    public List<CandidateFile> CandidatesIn(string application, IReadOnlyList<string> localFolders)
    {
        List<CandidateFile> candidates = [Stored];
        if (file.IsPackaged)
        {
            candidates.Add(Local(Path.Combine(application, "models", file.Name), "application"));
        }

        for (int i = 0; i < localFolders.Count; i++)
        {
            // Files of Caffe2 have the same names in every variant: only the folder named after the id tells them apart.
            if (!file.Variant.IsImported)
            {
                candidates.Add(Local(Path.Combine(localFolders[i], file.Name), LocalOrigin));
            }

            candidates.Add(Local(Path.Combine(localFolders[i], file.Variant.Id, file.Name), LocalOrigin));
        }

        return candidates;
    }

    // The record is in the store, because other folders are never written.
    private CandidateFile Local(string path, string origin)
        => new(path, $"{File}.{TextHash.Of(path)}{VerificationRecord.Extension}", origin, IsLocal: true);
}

/// <summary>Describes a path where a file may be.</summary>
/// <param name="Path">The path.</param>
/// <param name="RecordPath">The path of the verification record.</param>
/// <param name="Origin">The description of the folder for messages.</param>
/// <param name="IsLocal">Whether the file is outside the store, which never changes it.</param>
internal sealed record CandidateFile(string Path, string RecordPath, string Origin, bool IsLocal);
