namespace ResNet.Net.Evaluation;

/// <summary>Derives the classes of images from their paths.</summary>
internal static class ClassLayout
{
    /// <summary>Returns whether all images are in one folder that doesn't name a class.</summary>
    /// <param name="names">Paths separated by <c>/</c>.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="folder">The deepest common folder of all images; empty for the root.</param>
    public static bool IsFlat(string[] names, LabelSet labels, out string folder)
    {
        folder = CommonFolder(names);
        return Array.TrueForAll(ClassFolders(names, folder, new ClassNames(labels)), f => f.Length == 0);
    }

    /// <summary>Returns whether the name of an image's file starts with a synset id.</summary>
    public static bool HasSynset(string name) => ClassNames.SynsetAtStart(LastPart(name)) is not null;

    /// <summary>Returns the class of each image.</summary>
    /// <param name="names">Paths separated by <c>/</c>.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="dataset">The name of the dataset.</param>
    /// <param name="isArchive">Whether the images are in one file.</param>
    /// <exception cref="ImageDatasetException">Images have no class; the message lists them.</exception>
    public static int[] Classes(string[] names, LabelSet labels, string dataset, bool isArchive = false)
    {
        ClassNames classes = new(labels);
        DatasetErrors errors = new(dataset, labels);
        int[] result = IsFlat(names, labels, out string common)
            ? ByFileNames(names, common, classes, errors)
            : ByFolders(names, common, classes, errors);
        errors.ThrowIfAny(errors.IsEmpty ? null : RemedyFor(names, dataset, isArchive));
        return result;
    }

    /// <summary>Returns what to do with a dataset that is divided into parts; null if it is not.</summary>
    private static string? RemedyFor(string[] names, string dataset, bool isArchive = false)
    {
        if (SplitFolders.Find(new FolderTree(names, []), dataset) is not SplitFolders splits)
        {
            return null;
        }

        string part = splits.Validation ?? splits.Test ?? splits.Train;
        return $"The dataset is divided into {splits}, which are not classes. "
            + (isArchive ? $"Extract '{part}', and open that folder." : $"Open its folder '{part}'.");
    }

    private static int[] ByFileNames(string[] names, string common, ClassNames classes, DatasetErrors errors)
    {
        string where = common.Length == 0 ? "it is not in a class folder" : $"its folder '{common}' is not a class";
        int[] result = new int[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            string? reason = $"has no label: {where}, and its name doesn't start with a synset id";
            if (ClassNames.SynsetAtStart(LastPart(names[i])) is string synset)
            {
                classes.TryFind(synset, numbersAreIndices: false, out result[i], out reason);
            }

            if (reason is not null)
            {
                errors.Add($"the image '{names[i]}' {reason}");
            }
        }

        return result;
    }

    private static int[] ByFolders(string[] names, string common, ClassNames classes, DatasetErrors errors)
    {
        string[] folders = ClassFolders(names, common, classes);
        string[] distinct = [.. folders.Where(f => f.Length > 0).Distinct(StringComparer.Ordinal)];
        bool numbers = distinct.All(ClassNames.IsNumber);

        Dictionary<string, int> byFolder = new(StringComparer.Ordinal);
        Dictionary<int, string> byClass = [];
        foreach (string folder in distinct)
        {
            if (!classes.TryFind(folder, numbers, out int index, out string? reason))
            {
                errors.Add($"the folder '{folder}' ({Format.Plural(folders.Count(f => f == folder), "image")}) {reason}");
            }
            else if (!byClass.TryAdd(index, folder))
            {
                errors.Add($"the folders '{byClass[index]}' and '{folder}' both name class {index}");
            }

            byFolder[folder] = index;
        }

        foreach ((string name, string folder) in names.Zip(folders))
        {
            if (folder.Length == 0)
            {
                errors.Add($"the image '{name}' has no label: it is not in a class folder");
            }
        }

        return [.. folders.Select(f => f.Length == 0 ? -1 : byFolder[f])];
    }

    /// <summary>
    /// Returns the class folder of each image: the first folder below the common one. If that names no class but a common folder does, as
    /// in a dataset of one class, returns the common folder.
    /// </summary>
    private static string[] ClassFolders(string[] names, string common, ClassNames classes)
    {
        int start = common.Length == 0 ? 0 : common.Length + 1;
        string[] folders = [.. names.Select(n => n.IndexOf('/', start) is >= 0 and int end ? n[start..end] : "")];
        bool IsClass(string folder) => classes.TryFind(folder, numbersAreIndices: true, out _, out _);
        bool allNameClasses = folders.Distinct(StringComparer.Ordinal).All(IsClass);
        return !allNameClasses && common.Split('/').LastOrDefault(IsClass) is string one
            ? [.. names.Select(_ => one)]
            : folders;
    }

    /// <summary>Returns the deepest folder that contains all images.</summary>
    private static string CommonFolder(string[] names)
    {
        if (names.Length == 0)
        {
            return "";
        }

        string common = FolderTree.ParentOf(names[0]);
        foreach (string name in names)
        {
            while (common.Length > 0 && !name.StartsWith(common + '/', StringComparison.Ordinal))
            {
                common = FolderTree.ParentOf(common);
            }
        }

        return common;
    }

    private static string LastPart(string name) => name[(name.LastIndexOf('/') + 1)..];
}
