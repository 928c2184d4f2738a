using System.Text;

namespace ResNet.Net.Evaluation.Internals.Datasets;

/// <summary>Everything that is wrong with a data set, for one error.</summary>
internal sealed class Problems(string dataset, LabelSet labels)
{
    private const int Listed = 100;
    private const int LabelsShown = 10;

    private readonly List<string> _lines = [];

    public void Add(string problem) => _lines.Add(problem);

    /// <exception cref="ImageDatasetException">There are problems.</exception>
    public void ThrowIfAny(string? remedy = null)
    {
        if (_lines.Count == 0)
        {
            return;
        }

        StringBuilder text = new($"The data set '{dataset}' does not fit the labels '{labels.Name}' ({labels.Count} classes: ");
        text.AppendJoin("; ", Enumerable.Range(0, Math.Min(LabelsShown, labels.Count)).Select(i => labels[i]));
        text.Append(labels.Count > LabelsShown ? "; ...):" : "):");
        foreach (string line in _lines.Take(Listed))
        {
            text.Append("\n- ").Append(line);
        }

        if (_lines.Count > Listed)
        {
            text.Append($"\n- and {_lines.Count - Listed} more");
        }

        text.Append('\n').Append(remedy ?? "Rename or remove these, or evaluate a model that has these classes.");
        throw new ImageDatasetException(text.ToString());
    }
}
