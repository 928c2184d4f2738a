using System.Globalization;

namespace ResNet.Net.Server;

/// <summary>Validates the requested outputs and creates them from the scores of the images.</summary>
internal static class OutputSelection
{
    /// <summary>Returns the outputs to create.</summary>
    /// <param name="contract">The contract of the model.</param>
    /// <param name="requested">The requested outputs; null or empty for all.</param>
    /// <param name="isBinary">Whether outputs that are not requested by name are binary.</param>
    /// <exception cref="ServerException">An output is unknown or requested twice, or the number of classes is invalid.</exception>
    public static IReadOnlyList<RequestedOutput> Resolve(
        ModelContract contract, IReadOnlyList<RequestedOutput>? requested, bool isBinary = false)
    {
        if (requested is not { Count: > 0 })
        {
            return [.. contract.Outputs.Select(o => new RequestedOutput(o.Name, null, isBinary))];
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (RequestedOutput output in requested)
        {
            if (!contract.Outputs.Any(o => o.Name == output.Name))
            {
                throw ServerException.Invalid(
                    $"The model has no output '{InputReader.Shorten(output.Name)}'. "
                    + $"Its outputs are {string.Join(", ", contract.Outputs.Select(o => $"'{o.Name}'"))}.");
            }

            if (!names.Add(output.Name))
            {
                throw ServerException.Invalid($"The output '{output.Name}' is requested twice.");
            }

            if (output.Classes < 1)
            {
                throw ServerException.Invalid(
                    $"The parameter '{ModelContract.ClassificationParameter}' is {output.Classes}; it must be at least 1.");
            }
        }

        return requested;
    }

    /// <summary>Creates the outputs of a response.</summary>
    public static IReadOnlyList<OutputTensor> Create(
        IReadOnlyList<RequestedOutput> outputs, IReadOnlyList<ClassScores> images, LabelSet labels)
        => [.. outputs.Select(output => Create(output, images, labels))];

    private static OutputTensor Create(RequestedOutput output, IReadOnlyList<ClassScores> images, LabelSet labels)
    {
        ReadOnlyMemory<float> ValuesOf(ClassScores image)
            => output.Name == ModelContract.ProbabilityOutput ? image.Probabilities : image.Scores;

        int length = ValuesOf(images[0]).Length;
        if (output.Classes is not int classes)
        {
            float[] values = new float[images.Count * length];
            for (int i = 0; i < images.Count; i++)
            {
                ValuesOf(images[i]).CopyTo(values.AsMemory(i * length));
            }

            return new OutputTensor(output.Name, [images.Count, length], values, null, output.IsBinary);
        }

        classes = Math.Min(classes, length);
        string[] strings = [.. images.SelectMany(image => Largest(ValuesOf(image), classes, labels))];
        return new OutputTensor(output.Name, [images.Count, classes], null, strings, output.IsBinary);
    }

    /// <summary>Returns <c>value:index:label</c> of the largest values.</summary>
    private static IEnumerable<string> Largest(ReadOnlyMemory<float> values, int count, LabelSet labels)
    {
        int[] indices = new int[count];
        TopK.Select(values.Span, indices);

        // A binary classifier with a single output has two labels, and its output is the score of the second.
        int firstLabel = labels.Count - values.Length;
        return indices.Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{values.Span[i]}:{i}:{labels[firstLabel + i]}"));
    }
}
