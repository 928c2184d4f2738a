using System.Runtime.InteropServices;

namespace ResNet.Net.Onnx;

/// <summary>
/// Records that values are replaced by others, and counts their uses meanwhile. All replacements are then applied to the nodes at once.
/// </summary>
internal sealed class ValueRenames
{
    private readonly Dictionary<string, string> _replacements = [];
    private readonly Dictionary<string, int> _uses = [];

    /// <summary>Gets the name that replaces a value; the value's own name if it is not replaced.</summary>
    public string Current(string value)
    {
        string current = value;
        while (_replacements.TryGetValue(current, out string? next))
        {
            current = next;
        }

        // Shortens the path for later calls.
        while (value != current)
        {
            (string next, _replacements[value]) = (_replacements[value], current);
            value = next;
        }

        return current;
    }

    /// <summary>Replaces every use of a value. The replacement is a current name.</summary>
    public void Replace(string value, string replacement)
    {
        // A value that was replaced before has no uses left.
        if (value != replacement && _replacements.TryAdd(value, replacement) && _uses.Remove(value, out int uses))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_uses, replacement, out _) += uses;
        }
    }

    public void AddUses(IEnumerable<string> values)
    {
        foreach (string value in values)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_uses, Current(value), out _)++;
        }
    }

    public void RemoveUses(IEnumerable<string> values)
    {
        foreach (string value in values)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_uses, Current(value), out _)--;
        }
    }

    public bool IsUsed(string value) => _uses.GetValueOrDefault(value) > 0;

    /// <summary>Applies the replacements to the inputs and the subgraphs of a node.</summary>
    public void Apply(OnnxNode node) => Subgraphs.Rename(node.Proto, Current);
}
