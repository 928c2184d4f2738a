using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Batch;

/// <summary>
/// Enumerates the images of a folder and its subfolders in the ordinal order of their paths, in constant memory: only one page of paths
/// is in memory at a time.
/// Each page enumerates the whole folder once, which costs little compared with decoding a page of images.
/// </summary>
internal sealed class OrderedImages(string folder, int pageSize = 65_536)
{
    private static readonly Comparer<string> LargestFirst = Comparer<string>.Create((a, b) => string.CompareOrdinal(b, a));

    // With a trailing separator, so that the rest of a full path is the relative path.
    private readonly string _root = Path.EndsInDirectorySeparator(folder)
        ? Path.GetFullPath(folder)
        : Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;

    /// <summary>The number of images from the requested start on; known once there is a first path.</summary>
    public long Count { get; private set; }

    /// <summary>Returns paths relative to the folder, with <c>/</c> as the separator.</summary>
    /// <param name="after">Skips this path and all before it; null skips none.</param>
    public IEnumerable<string> Paths(string? after = null)
    {
        (string[] page, Count) = Page(after);
        while (page.Length > 0)
        {
            foreach (string path in page)
            {
                yield return path;
            }

            page = page.Length == pageSize ? Page(page[^1]).Paths : [];
        }
    }

    /// <summary>Returns the full path of one of these paths.</summary>
    public string FullPath(string path) => _root + path;

    private (string[] Paths, long Count) Page(string? after)
    {
        PriorityQueue<string, string> smallest = new(LargestFirst);
        long count = 0;
        foreach (string file in ImageFolder.Files(_root))
        {
            string path = file[_root.Length..].Replace(Path.DirectorySeparatorChar, '/');
            if (after is not null && string.CompareOrdinal(path, after) <= 0)
            {
                continue;
            }

            count++;
            if (smallest.Count < pageSize)
            {
                smallest.Enqueue(path, path);
            }
            else
            {
                smallest.EnqueueDequeue(path, path);
            }
        }

        return ([.. smallest.UnorderedItems.Select(i => i.Element).Order(StringComparer.Ordinal)], count);
    }
}
