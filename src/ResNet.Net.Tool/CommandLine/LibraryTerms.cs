using System.Text.RegularExpressions;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Replaces the members that messages of the libraries name by the options of the tool. Messages are written for C#.</summary>
internal static partial class LibraryTerms
{
    // The longer text comes before its parts.
    private static readonly (string Member, string Option)[] Terms =
    [
        ("Use a profile whose crop has the size of the input: profile.WithCrop(width, height).", "Set the size of the input with --size."),
        ("Set ModelDefinition.OutputKind to IndependentProbabilities", "Set --output-kind to IndependentProbabilities"),
        ("ModelDefinition.OutputKind", "--output-kind"),
        ("ModelDefinition.OutputName", "--output-name"),
        ("Set it in ModelDefinition.Profile instead.", "Name it with --profile whenever the model is used."),
        ("Set ModelDefinition.InputLayout.", "Export the model with a fixed shape."),
        ("Check the path passed to ModelDefinition.", "Check the path."),
        ("Use ResNetEmbedder for its embeddings", "Use 'resnet search' for its embeddings"),
        ("Use ResNetEmbedder.Create for its embeddings", "Use 'resnet search' or 'resnet train' for its embeddings"),
        ("Set Range to ZeroTo255, Mean to 0, Std to 1 and MeanImage to null.", "Leave out --profile, --mean and --std."),
        (
            "Set all three values of Mean, and of Std, to that of the gray channel, and MeanImage to null.",
            "Set all three values of --mean, and of --std, to that of the gray channel."),
        ("Reduce BatchSize in the options.", "Use a smaller --size."),
        ("Reduce ResNetClassifierOptions.BatchSize.", "Use a smaller --size."),
        (" or ModelStoreOptions.LocalFolders", ""),
        (" or ModelStoreOptions.Offline", ""),
        (" or ModelStoreOptions.RootFolder", ""),
        ("ModelStoreOptions.Sources is empty", "there is no source"),
        (" (ImageDatasetOptions.MaxImageBytes)", ""),
        ("Increase ImageDatasetOptions.MaxImageBytes to accept it.", "Leave it out."),
        ("such as LabelSet.ImageNet", "such as --labels imagenet"),
        ("or clear EvaluationOptions.StopOnFailure", "or leave out --stop-at-failure"),
        ("Open it with DatasetSplits.Open, or open one of these folders.", "Name one of these folders."),
        ("FloatLayers contains unknown layers", "--float names unknown layers"),
        ("ActivationType.", "--activations "),
        ("QuantizationFormat.", "--format "),
        ("AccuracyMeasure.", "--measure "),
        ("TrainingOptions.Augmentation", "--augmentation"),
        ("Pass ExternalDataPolicy.ReadFromModelFolder to read such files.", "Save the model as one file."),
    ];

    /// <summary>Returns a message of a library in the words of the tool.</summary>
    public static string Replace(string message)
    {
        foreach ((string member, string option) in Terms)
        {
            message = message.Replace(member, option, StringComparison.Ordinal);
        }

        return PackageAdvice().Replace(message, "Set");
    }

    // The tool cannot be given packages.
    [GeneratedRegex(@"Add the package to the application: dotnet add package [\w.]+\. Or set")]
    private static partial Regex PackageAdvice();
}
