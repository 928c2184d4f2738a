namespace ResNet.Net.Evaluation.Internals.Datasets;

/// <summary>Tells classes by where pictures lie.</summary>
internal static class ClassLayout
{
    /// <summary>Whether all pictures lie in one folder that does not name a class.</summary>
    /// <param name="names">Paths with <c>/</c> between their parts.</param>
    /// <param name="labels">The classes.</param>
    /// <param name="folder">The folder that all pictures have in common; empty for the root.</param>
    public static bool IsFlat(string[] names, LabelSet labels, out string folder)
    {
        folder = CommonFolder(names);
        return Array.TrueForAll(ClassFolders(names, folder, new ClassNames(labels)), f => f.Length == 0);
    }

    /// <summary>The class of each picture.</summary>
    /// <exception cref="ImageDatasetException">Some have none; all are listed.</exception>
    public static int[] Classes(string[] names, LabelSet labels, string dataset)
    {
        ClassNames classes = new(labels);
        Problems problems = new(dataset, labels);
        int[] result = IsFlat(names, labels, out string common)
            ? ByFileNames(names, classes, problems)
            : ByFolders(names, common, classes, problems);
        problems.ThrowIfAny();
        return result;
    }

    private static int[] ByFileNames(string[] names, ClassNames classes, Problems problems)
    {
        int[] result = new int[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            string? reason = "has no label: it lies in no class folder, and its name does not begin with a synset id";
            if (ClassNames.SynsetAtStart(LastPart(names[i])) is string synset)
            {
                classes.TryFind(synset, numbersAreIndices: false, out result[i], out reason);
            }

            if (reason is not null)
            {
                problems.Add($"the picture '{names[i]}' {reason}");
            }
        }

        return result;
    }

    private static int[] ByFolders(string[] names, string common, ClassNames classes, Problems problems)
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
                problems.Add($"the folder '{folder}' ({folders.Count(f => f == folder)} pictures) {reason}");
            }
            else if (!byClass.TryAdd(index, folder))
            {
                problems.Add($"the folders '{byClass[index]}' and '{folder}' both mean the class {index}");
            }

            byFolder[folder] = index;
        }

        foreach ((string name, string folder) in names.Zip(folders))
        {
            if (folder.Length == 0)
            {
                problems.Add($"the picture '{name}' has no label: it lies in no class folder");
            }
        }

        return [.. folders.Select(f => f.Length == 0 ? -1 : byFolder[f])];
    }

    /// <summary>
    /// The class folder of each picture: what follows the folder that all have in common, or, where that tells no class and the common one does, the common one,
    /// as in a data set of one class.
    /// </summary>
    private static string[] ClassFolders(string[] names, string common, ClassNames classes)
    {
        int start = common.Length == 0 ? 0 : common.Length + 1;
        string[] folders = [.. names.Select(n => n.IndexOf('/', start) is >= 0 and int end ? n[start..end] : "")];
        bool IsClass(string folder) => classes.TryFind(folder, numbersAreIndices: true, out _, out _);
        return !folders.Distinct(StringComparer.Ordinal).All(IsClass) && common.Split('/').LastOrDefault(IsClass) is string one
            ? [.. names.Select(_ => one)]
            : folders;
    }

    /// <summary>The deepest folder that all pictures are in.</summary>
    private static string CommonFolder(string[] names)
    {
        if (names.Length == 0)
        {
            return "";
        }

        string common = FolderOf(names[0]);
        foreach (string name in names)
        {
            while (common.Length > 0 && !(name.Length > common.Length && name[common.Length] == '/' && name.StartsWith(common, StringComparison.Ordinal)))
            {
                common = FolderOf(common);
            }
        }

        return common;
    }

    private static string FolderOf(string name) => name[..Math.Max(name.LastIndexOf('/'), 0)];

    private static string LastPart(string name) => name[(name.LastIndexOf('/') + 1)..];
}
