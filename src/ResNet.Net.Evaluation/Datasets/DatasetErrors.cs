using System.Text;

namespace ResNet.Net.Evaluation;

/// <summary>Collects the problems of a dataset and reports them in one exception.</summary>
/// <param name="dataset">The dataset's name.</param>
/// <param name="labels">The labels that it must match; null if it defines them.</param>
internal sealed class DatasetErrors(string dataset, LabelSet? labels)
{
    private const int MaxListed = 100;
    private const int MaxLabels = 10;

    private readonly List<string> _lines = [];

    public bool IsEmpty => _lines.Count == 0;

    public void Add(string error) => _lines.Add(error);

    /// <exception cref="ImageDatasetException">There are errors.</exception>
    public void ThrowIfAny(string? remedy = null)
    {
        if (IsEmpty)
        {
            return;
        }

        StringBuilder text = new($"The dataset '{dataset}' ");
        if (labels is null)
        {
            text.Append("cannot be used:");
        }
        else
        {
            text.Append($"doesn't match the labels '{labels.Name}' ({labels.Count} classes: ");
            text.AppendJoin("; ", Enumerable.Range(0, Math.Min(MaxLabels, labels.Count)).Select(i => labels[i]));
            text.Append(labels.Count > MaxLabels ? "; ...):" : "):");
        }

        foreach (string line in _lines.Take(MaxListed))
        {
            text.Append("\n- ").Append(line);
        }

        if (_lines.Count > MaxListed)
        {
            text.Append($"\n- and {_lines.Count - MaxListed} more");
        }

        text.Append('\n').Append(remedy ?? "Rename or remove these, or use labels that include these classes.");
        throw new ImageDatasetException(text.ToString());
    }
}
