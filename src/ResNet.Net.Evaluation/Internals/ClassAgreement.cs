namespace ResNet.Net.Evaluation.Internals;

/// <summary>Whether a model's classes are those of a data set: a class index must mean the same to both.</summary>
internal static class ClassAgreement
{
    /// <exception cref="EvaluationException">They are not.</exception>
    public static void Check(ResNetClassifier classifier, ImageDataset dataset)
    {
        LabelSet model = classifier.Labels;
        LabelSet truth = dataset.Labels;
        if (model.Count != truth.Count)
        {
            throw new EvaluationException($"The model '{classifier.ModelName}' has {model.Count} classes, but the data set '{dataset.Name}' was opened with the {truth.Count} labels '{truth.Name}'. Open it with the model's labels.");
        }

        if (IsNumbered(model) || IsNumbered(truth))
        {
            return;
        }

        for (int i = 0; i < model.Count; i++)
        {
            bool same = model.GetSynsetId(i) is string left && truth.GetSynsetId(i) is string right ? left == right : model[i] == truth[i];
            if (!same)
            {
                throw new EvaluationException($"Class {i} of the model '{classifier.ModelName}' is '{model[i]}', but that of the data set '{dataset.Name}' is '{truth[i]}'. Open it with the model's labels.");
            }
        }
    }

    /// <summary>Whether these are the stand-ins that a model without labels gets.</summary>
    private static bool IsNumbered(LabelSet labels) => Enumerable.Range(0, labels.Count).All(i => labels[i] == $"class {i}");
}
