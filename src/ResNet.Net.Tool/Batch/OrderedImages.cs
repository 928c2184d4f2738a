using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Batch;

/// <summary>
/// The pictures of a folder and of the folders inside, in the ordinal order of their paths, however many there are: only a page of paths is in memory at a time.
/// Each page looks at every name once, which is little beside decoding a page of pictures.
/// </summary>
internal sealed class PicturesInOrder(string folder, int pageSize = 65_536)
{
    private static readonly Comparer<string> LargestFirst = Comparer<string>.Create((a, b) => string.CompareOrdinal(b, a));

    // What follows it in a full path is the relative one.
    private readonly string _root = Path.EndsInDirectorySeparator(Path.GetFullPath(folder)) ? Path.GetFullPath(folder) : Path.GetFullPath(folder) + Path.DirectorySeparatorChar;

    /// <summary>How many there are from the beginning that was asked for; known as soon as there is a first path.</summary>
    public long Count { get; private set; }

    /// <summary>Paths from the folder on, with <c>/</c> between their parts.</summary>
    /// <param name="after">Leaves out this path and those before it; null leaves out none.</param>
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

    /// <summary>Where a path of these is.</summary>
    public string FullPath(string path) => _root + path;

    private (string[] Paths, long Count) Page(string? after)
    {
        PriorityQueue<string, string> smallest = new(LargestFirst);
        long count = 0;
        foreach (string file in PictureFiles.In(_root))
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
