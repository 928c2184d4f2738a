using ResNet.Net.Evaluation;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;
using ResNet.Net.Training;

namespace ResNet.Net.Tool.Train;

/// <summary>Writes the images that a training report names as a contact sheet.</summary>
internal static class TrainingSheet
{
    /// <summary>The maximum number of images of each kind.</summary>
    private const int Most = 200;

    public static void Write(string path, TrainingReport report, ImageDataset training, ImageDataset validation)
    {
        string Contradiction(SuspiciousLabel s) => $"{report.Labels[s.ClassIndex]}, looks like {report.Labels[s.PredictedClass]}";
        Dictionary<string, LabeledImage> images = training.Images.ToDictionary(i => i.Name, StringComparer.Ordinal);
        Dictionary<string, LabeledImage> others = validation.Images.ToDictionary(i => i.Name, StringComparer.Ordinal);
        List<SheetSection> sections = [];
        if (report.SuspiciousLabels.Count > 0)
        {
            sections.Add(new SheetSection(
                "Suspicious labels",
                null,
                [.. report.SuspiciousLabels.Take(Most).Select(s => Image(images, others, s.Image, s.Probability, Contradiction(s)))]));
        }

        // The validation image on the left, the training image that it resembles on the right.
        sections.AddRange(report.Duplicates.Take(Most).Select((d, i) => new SheetSection(
            i == 0 ? "Possible copies of training images among the validation images" : null,
            Image(others, images, d.ValidationImage, null, "validation"),
            [Image(images, others, d.TrainingImage, d.Similarity, $"training, {Kind(d)}")])));
        string summary = $"{report.Backbone}: {Quantity.Of(report.SuspiciousLabels.Count, "suspicious label")}, "
            + $"{Quantity.Of(report.Duplicates.Count, "possible copy", "possible copies")}. "
            + "The number of a suspicious label is the probability of the other class; that of a copy is the cosine similarity.";
        ContactSheet.Write(path, "Images to check", summary, sections);
    }

    private static string Kind(DuplicateImages pair)
        => (pair.IsIdentical ? "identical file" : "similar") + (pair.HaveSameClass ? "" : ", another class");

    private static SheetImage Image(
        Dictionary<string, LabeledImage> first, Dictionary<string, LabeledImage> second, string name, double? score, string note)
    {
        LabeledImage? image = first.GetValueOrDefault(name) ?? second.GetValueOrDefault(name);
        return new SheetImage(
            name,
            () => image is null ? throw new FileNotFoundException(null, name) : new MemoryStream(image.Read().ToArray(), writable: false),
            score,
            note);
    }
}
