namespace ResNet.Net.Onnx;

/// <summary>
/// Represents the names in use, and creates new ones. It remembers the last number of each stem, so many names of one stem are fast.
/// </summary>
/// <param name="names">The names in use; edited.</param>
internal sealed class NameSet(HashSet<string> names)
{
    private readonly Dictionary<string, int> _numbers = [];

    /// <summary>Creates a name and adds it: the stem if it is free, or else the stem with the lowest free number.</summary>
    public string Create(string stem)
    {
        int number = _numbers.GetValueOrDefault(stem);
        string name = number == 0 ? stem : $"{stem}_{number}";
        while (!names.Add(name))
        {
            name = $"{stem}_{++number}";
        }

        _numbers[stem] = number;
        return name;
    }
}
