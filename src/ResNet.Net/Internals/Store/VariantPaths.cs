namespace ResNet.Net.Internals.Store;

/// <summary>Where the store keeps what belongs to one variant: <c>root/id/file</c>, with its satellites beside it.</summary>
internal sealed class VariantPaths(string root, ResNetVariant variant)
{
    public string Folder { get; } = Path.Combine(root, variant.Id);

    public string Model { get; } = Path.Combine(root, variant.Id, variant.FileName);

    public string Stamp => $"{Model}.stamp";

    public string Partial => $"{Model}.partial";

    /// <summary>One only: the newest. A disk that damages every file must not be filled with the damage.</summary>
    public string Damaged => $"{Model}.damaged";

    /// <summary>Outside of the variant's folder: who deletes that does not take the lock from under a process that waits for it.</summary>
    public string Lock { get; } = Path.Combine(root, ".locks", $"{variant.Id}.lock");

    /// <summary>Where the variant's file may be: the store's own first, then the local folders. Plain lists and loops: every start of a process comes here, and compiling queries would be most of its time.</summary>
    public List<Place> PlacesWith(IReadOnlyList<string> localFolders)
    {
        List<Place> places = [new Place(Model, Stamp, isLocal: false)];
        for (int i = 0; i < localFolders.Count; i++)
        {
            AddLocal(places, Path.Combine(localFolders[i], variant.FileName));
            AddLocal(places, Path.Combine(localFolders[i], variant.Id, variant.FileName));
        }

        return places;
    }

    // Nothing is written into folders of others: their stamps are in the store.
    private void AddLocal(List<Place> places, string path) => places.Add(new Place(path, $"{Model}.{TextHash.Of(path)}.stamp", isLocal: true));
}
