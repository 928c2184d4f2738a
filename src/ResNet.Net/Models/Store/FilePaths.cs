namespace ResNet.Net;

/// <summary>Where the store keeps a file: <c>root/id/name</c>, with its satellites beside it.</summary>
internal sealed class FilePaths(string root, StoredFile file)
{
    public string Folder { get; } = Path.Combine(root, file.Variant.Id);

    public string File { get; } = Path.Combine(root, file.Variant.Id, file.Name);

    public string VerificationRecord => $"{File}.stamp";

    public string Partial => $"{File}.partial";

    /// <summary>One only: the newest. A disk that damages every file must not be filled with the damage.</summary>
    public string Damaged => $"{File}.damaged";

    /// <summary>One for all files of the variant. Outside of its folder: who deletes that does not take the lock from under a process that waits for it.</summary>
    public string Lock { get; } = Path.Combine(root, ".locks", $"{file.Variant.Id}.lock");

    /// <summary>Where the file may be: the store's own first, then the local folders. Plain lists and loops: every start of a process comes here, and compiling queries would be most of its time.</summary>
    public List<CandidateFile> PlacesWith(IReadOnlyList<string> localFolders)
    {
        List<CandidateFile> places = [new CandidateFile(File, VerificationRecord, isLocal: false)];
        for (int i = 0; i < localFolders.Count; i++)
        {
            AddLocal(places, Path.Combine(localFolders[i], file.Name));
            AddLocal(places, Path.Combine(localFolders[i], file.Variant.Id, file.Name));
        }

        return places;
    }

    // Nothing is written into folders of others: their stamps are in the store.
    private void AddLocal(List<CandidateFile> places, string path) => places.Add(new CandidateFile(path, $"{File}.{TextHash.Of(path)}.stamp", isLocal: true));
}
