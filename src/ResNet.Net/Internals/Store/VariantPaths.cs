using System.Security.Cryptography;
using System.Text;

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

    /// <summary>The stamp of a file in a folder that is not the store's.</summary>
    public string StampOf(string localFile)
        => $"{Model}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(localFile)))[..12]}.stamp";

    /// <summary>Where a local folder may hold the variant's file.</summary>
    public static IEnumerable<string> InLocalFolder(string folder, ResNetVariant variant)
        => [Path.Combine(folder, variant.FileName), Path.Combine(folder, variant.Id, variant.FileName)];
}
