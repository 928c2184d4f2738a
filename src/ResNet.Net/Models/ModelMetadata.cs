using System.Globalization;
using System.Text;
using System.Text.Json;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Represents what an ONNX file can state about itself in its metadata properties: labels, preprocessing profile, output kind and the
/// threshold for unknown images. <see cref="ResNetClassifier"/> uses them for everything that a <see cref="ModelDefinition"/> does not set.
/// </summary>
/// <example>
/// <code>
/// OnnxModel model = OnnxModel.Load("flowers.onnx");
/// new ModelMetadata { Labels = LabelSet.Load("flowers.txt"), Profile = PreprocessingProfile.Torchvision }.WriteTo(model);
/// model.Save("flowers-labeled.onnx");
/// </code>
/// </example>
public sealed record ModelMetadata
{
    /// <summary>The key of the labels: a JSON array of labels or of pairs <c>["n01440764", "tench"]</c>.</summary>
    public const string LabelsKey = "resnet_net.labels";

    /// <summary>The key of the preprocessing profile: a JSON object with a version.</summary>
    public const string ProfileKey = "resnet_net.profile";

    /// <summary>The key of the output kind: the name of an <see cref="ResNet.Net.OutputKind"/>.</summary>
    public const string OutputKindKey = "resnet_net.output_kind";

    /// <summary>The key of the threshold for unknown images: a decimal number from 0 to 1.</summary>
    public const string UnknownThresholdKey = "resnet_net.unknown_threshold";

    private const string UltralyticsNamesKey = "names";

    /// <summary>Gets the labels, one per class, in output order; <see langword="null"/> if the file has none.</summary>
    public LabelSet? Labels { get; init; }

    /// <summary>Gets the preprocessing profile; <see langword="null"/> if the file has none.</summary>
    public PreprocessingProfile? Profile { get; init; }

    /// <summary>Gets what the output contains; <see langword="null"/> if the file does not state it.</summary>
    public OutputKind? OutputKind { get; init; }

    /// <summary>
    /// Gets the probability of the best class, from 0 to 1, below which an image probably belongs to none of the classes;
    /// <see langword="null"/> if the file states none.
    /// </summary>
    public double? UnknownThreshold { get; init; }

    /// <summary>Gets the metadata with which another file is loaded like a classifier.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <returns>
    /// The labels, the profile, the output kind and the threshold for unknown images of the classifier. The labels are
    /// <see langword="null"/> if its model has none.
    /// </returns>
    public static ModelMetadata Of(ResNetClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return new ModelMetadata
        {
            Labels = classifier.Labels.IsNumbered ? null : classifier.Labels,
            Profile = classifier.Profile,
            OutputKind = classifier.OutputKind,
            UnknownThreshold = classifier.UnknownThreshold,
        };
    }

    /// <summary>Reads the metadata of a file. The cost does not depend on the size of its weights.</summary>
    /// <param name="path">The path of the ONNX file.</param>
    /// <returns>The metadata. Labels come from <see cref="LabelsKey"/>, or else from the property <c>names</c> of Ultralytics.</returns>
    /// <exception cref="ResNetException">A property of this library is invalid. The message names it.</exception>
    /// <exception cref="OnnxModelException">The file is damaged or is not an ONNX model.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public static ModelMetadata Load(string path) => Read(OnnxModelSummary.Read(path).Metadata, Path.GetFileName(path));

    /// <summary>Reads the metadata of a model.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The metadata. Labels come from <see cref="LabelsKey"/>, or else from the property <c>names</c> of Ultralytics.</returns>
    /// <exception cref="ResNetException">A property of this library is invalid. The message names it.</exception>
    public static ModelMetadata Read(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Read(model.Metadata, model.Graph.Name);
    }

    /// <summary>
    /// Writes the metadata to a model. A value of <see langword="null"/> removes its property; other properties are kept.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ResNetException"><see cref="Profile"/> has a value that the format cannot express.</exception>
    /// <exception cref="ArgumentException">
    /// A value of <see cref="Profile"/>, <see cref="OutputKind"/> or <see cref="UnknownThreshold"/> is out of range.
    /// </exception>
    public void WriteTo(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (OutputKind is OutputKind kind && !Enum.IsDefined(kind))
        {
            throw new ArgumentException($"The output kind {kind} is not a value of OutputKind.");
        }

        if (UnknownThreshold is not (null or >= 0 and <= 1))
        {
            throw new ArgumentException($"The threshold for unknown images is {UnknownThreshold}, but must be from 0 to 1.");
        }

        string? profile = Profile is null ? null : ProfileJson.Write(Profile);
        model.SetMetadata(LabelsKey, Labels is null ? null : Write(Labels));
        model.SetMetadata(ProfileKey, profile);
        model.SetMetadata(OutputKindKey, OutputKind?.ToString());
        model.SetMetadata(UnknownThresholdKey, UnknownThreshold?.ToString("R", CultureInfo.InvariantCulture));
    }

    /// <summary>Completes a definition with the metadata of its file.</summary>
    /// <exception cref="ResNetException">A property of this library is needed and invalid.</exception>
    internal static ResolvedModel Complete(ResolvedModel model)
    {
        if (model.Content.Summary?.Metadata is not { Count: > 0 } properties)
        {
            return model;
        }

        return model with
        {
            Labels = model.Labels ?? ReadLabels(properties, model.Name),
            Profile = model.Profile ?? ReadProfile(properties, model.Name),
            OutputKind = model.OutputKind ?? ReadOutputKind(properties, model.Name),
            UnknownThreshold = ReadUnknownThreshold(properties, model.Name),
        };
    }

    private static ModelMetadata Read(IReadOnlyDictionary<string, string> properties, string model) => new()
    {
        Labels = ReadLabels(properties, model),
        Profile = ReadProfile(properties, model),
        OutputKind = ReadOutputKind(properties, model),
        UnknownThreshold = ReadUnknownThreshold(properties, model),
    };

    private static LabelSet? ReadLabels(IReadOnlyDictionary<string, string> properties, string model)
    {
        if (properties.TryGetValue(LabelsKey, out string? own))
        {
            return LabelParser.Parse(own, $"labels of {model}", SourceOf(LabelsKey, model));
        }

        try
        {
            return properties.TryGetValue(UltralyticsNamesKey, out string? names) && names.TrimStart() is ['{' or '[', ..]
                ? LabelParser.Parse(names, $"labels of {model}", SourceOf(UltralyticsNamesKey, model))
                : null;
        }
        catch (ResNetException)
        {
            // Another program may use the key for something else.
            return null;
        }
    }

    private static PreprocessingProfile? ReadProfile(IReadOnlyDictionary<string, string> properties, string model)
        => properties.TryGetValue(ProfileKey, out string? json) ? ProfileJson.Read(json, SourceOf(ProfileKey, model)) : null;

    private static OutputKind? ReadOutputKind(IReadOnlyDictionary<string, string> properties, string model)
    {
        if (!properties.TryGetValue(OutputKindKey, out string? name))
        {
            return null;
        }

        int index = Array.IndexOf(Enum.GetNames<OutputKind>(), name);
        return index >= 0
            ? Enum.GetValues<OutputKind>()[index]
            : throw new ResNetException(
                $"{SourceOf(OutputKindKey, model)} is '{LabelFormatException.Quote(name)}', which is none of "
                + $"{string.Join(", ", Enum.GetNames<OutputKind>())}.");
    }

    private static double? ReadUnknownThreshold(IReadOnlyDictionary<string, string> properties, string model)
        => !properties.TryGetValue(UnknownThresholdKey, out string? text) ? null
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 1
                ? value
            : throw new ResNetException(
                $"{SourceOf(UnknownThresholdKey, model)} is '{LabelFormatException.Quote(text)}', which is not a number from 0 to 1.");

    private static string SourceOf(string key, string model) => $"metadata property '{key}' of '{model}'";

    private static string Write(LabelSet labels)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartArray();
            for (int i = 0; i < labels.Count; i++)
            {
                if (labels.GetSynsetId(i) is string id)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(id);
                    json.WriteStringValue(labels[i]);
                    json.WriteEndArray();
                }
                else
                {
                    json.WriteStringValue(labels[i]);
                }
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}
