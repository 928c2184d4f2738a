namespace ResNet.Net.Evaluation;

/// <summary>Derives the labels of a dataset from its folders or from its list.</summary>
internal static class ClassDiscovery
{
    /// <summary>
    /// Returns the folder whose subfolders are the classes: the first folder, from <paramref name="root"/>, that has several subfolders or
    /// whose subfolder contains images.
    /// </summary>
    /// <exception cref="ImageDatasetException">
    /// Images are not in class folders, a class folder has no images, or names are not usable as labels; the message lists them.
    /// </exception>
    public static (LabelSet Labels, int[] Classes) FromFolders(string[] names, FolderTree tree, string root, string dataset)
    {
        DatasetErrors errors = new(dataset, labels: null);
        string classRoot = root;
        while (!tree.HasImages(classRoot) && tree.ChildrenOf(classRoot) is { Count: 1 } only && !tree.HasImages(only.Single()))
        {
            classRoot = only.Single();
        }

        foreach (string empty in tree.ChildrenOf(classRoot).Where(f => tree.CountIn(f) == 0))
        {
            errors.Add($"the class folder '{empty}' contains no images");
        }

        int start = classRoot.Length == 0 ? 0 : classRoot.Length + 1;
        string[] folders = [.. names.Select(n => n.IndexOf('/', start) is >= 0 and int end ? n[start..end] : "")];
        foreach ((string name, string folder) in names.Zip(folders))
        {
            if (folder.Length == 0)
            {
                errors.Add($"the image '{name}' has no label: it is not in a class folder");
            }
        }

        string[] distinct = Sorted(folders.Where(f => f.Length > 0));
        Check(distinct, "class folder", errors);
        errors.ThrowIfAny("Provide one folder for each class, named after it, with at least one image.");
        if (names.Length == 0)
        {
            throw ImageDataset.NoImages(dataset);
        }

        Dictionary<string, int> indices = Indices(distinct);
        return (new LabelSet(dataset, distinct), [.. folders.Select(f => indices[f])]);
    }

    /// <summary>Returns distinct names in the order of the classes, which is ordinal.</summary>
    public static string[] Sorted(IEnumerable<string> names) => [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public static Dictionary<string, int> Indices(string[] labels)
        => labels.Select((label, index) => (label, index)).ToDictionary(l => l.label, l => l.index, StringComparer.Ordinal);

    /// <summary>Adds an error for each name that is not a label, and for names that later lookups could not distinguish.</summary>
    public static void Check(string[] names, string what, DatasetErrors errors)
    {
        Dictionary<string, string> known = new(StringComparer.OrdinalIgnoreCase);
        foreach (string name in names)
        {
            string shown = Format.Plain(name);
            string normalized = ClassNames.Normalize(name);
            if (normalized.Length == 0)
            {
                errors.Add($"the {what} '{shown}' has an empty name");
            }
            else if (name.Any(PrintableText.IsInterpreted))
            {
                errors.Add($"the {what} '{shown}' contains an invisible character");
            }
            else if (name.AsSpan().ContainsAny('/', '\\'))
            {
                errors.Add($"the {what} '{shown}' contains a path separator");
            }
            else if (!known.TryAdd(normalized, shown))
            {
                errors.Add($"the {what}s '{known[normalized]}' and '{shown}' differ only in case or in '_' instead of a space");
            }
        }
    }
}
