using System.CommandLine;
using ResNet.Net.Evaluation;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Training;

namespace ResNet.Net.Tool.Train;

/// <summary><c>resnet train</c>: trains a classifier for the user's own classes.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        TrainOptions settings = new();
        ToolCommand command = new("train", "Train a classifier for your own classes on a folder of photos.")
        {
            WhenCanceled = "Canceled. Nothing was written; cached features are kept.",
        };
        settings.AddTo(command);
        command.Does((options, cancellationToken) => RunAsync(settings.Choice(options), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(TrainChoice choice, CancellationToken cancellationToken)
    {
        string?[] outputs = [choice.Output, choice.Markdown, choice.Json, choice.Plot, choice.ContactSheet];
        TextFiles.Check(outputs);
        TextFiles.CheckApart([choice.Photos, choice.Validation, choice.Backbone], outputs);
        const string Content = "a folder with one folder of images per class, a zip or tar file of it, or a list";
        InputFile.CheckOrFolder("<photos>", choice.Photos, Content);
        InputFile.CheckOrFolder("--validation", choice.Validation, Content);
        if (choice.Photos is not null)
        {
            return await RunAsync(choice, choice.Photos, cancellationToken);
        }

        DirectoryInfo drawn = Directory.CreateTempSubdirectory("resnet-shapes-");
        try
        {
            Terminal.Out.WriteLine("Without photos, this trains on drawn shapes.");
            DrawnShapes.Write(drawn.FullName, cancellationToken);
            return await RunAsync(choice, drawn.FullName, cancellationToken);
        }
        finally
        {
            drawn.Delete(recursive: true);
        }
    }

    private static async Task<int> RunAsync(TrainChoice choice, string photos, CancellationToken cancellationToken)
    {
        ImageDatasetOptions datasetOptions = new() { MultiLabel = choice.MultiLabel };
        using DatasetSplits splits = DatasetSplits.Open(photos, datasetOptions);
        using ImageDataset? given = choice.Validation is null
            ? null
            : ImageDataset.Open(choice.Validation, splits.Labels, options: datasetOptions);
        ImageDataset? validation = given ?? splits.Validation;
        Terminal.Out.WriteLine(Describe(splits, validation));
        ModelChoice model = Backbone(choice);
        TrainingOptions options = choice.Options with
        {
            Validation = validation,
            FeatureCacheFolder = CacheFolder(choice, model),
            Backbone = new ResNetEmbedderOptions { Store = model.OpenStore(), LoggerFactory = Warnings.Factory },
        };
        TrainedClassifier trained = await TrainingBars.ShowAsync(
            progress => TrainAsync(model, splits.Train, options, progress, cancellationToken));
        Terminal.Out.Write(trained.Report.ToText());
        if (choice.Output is not null)
        {
            trained.Save(choice.Output);
            Terminal.Out.WriteLine($"\nSaved to {choice.Output}.");
        }

        TextFiles.Write(choice.Markdown, trained.Report.ToMarkdown());
        TextFiles.Write(choice.Json, trained.Report.ToJson());
        TextFiles.Write(choice.Plot, TrainingPlot.ToSvg(trained.Report));
        if (choice.ContactSheet is not null)
        {
            TrainingSheet.Write(choice.ContactSheet, trained.Report, splits.Train, validation ?? splits.Train);
        }

        ModelDefinition saved = choice.Output is null ? trained.ToDefinition() : new ModelDefinition(choice.Output);
        using ResNetClassifier classifier = await ResNetClassifier.CreateAsync(
            saved, new ResNetClassifierOptions { Store = model.OpenStore(), LoggerFactory = Warnings.Factory }, cancellationToken);
        TrainedModelCheck.Print(classifier, trained.Report, splits, validation);
        await TrainedModelCheck.TestAsync(classifier, splits.Test, cancellationToken);
        return trained.Report.FailedImages.Count > 0 ? ExitCode.SomeFailed : ExitCode.Success;
    }

    private static async Task<TrainedClassifier> TrainAsync(
        ModelChoice model,
        ImageDataset images,
        TrainingOptions options,
        IProgress<TrainingProgress> progress,
        CancellationToken cancellationToken)
    {
        if (model.FindVariant() is not ResNetVariant variant)
        {
            return await TransferLearning.TrainAsync(model.Definition(), images, options, progress, cancellationToken);
        }

        if (!variant.IsEmbedded)
        {
            await options.Backbone.Store!.EnsureAsync(variant, new DownloadProgress(), cancellationToken);
        }

        return await TransferLearning.TrainAsync(variant, images, options, progress, cancellationToken);
    }

    private static ModelChoice Backbone(TrainChoice choice)
    {
        ResNetVariant photos = ResNetVariant.ResNet18Backbone, embedded = ResNetVariant.Cifar10ResNet20;
        ModelChoice model = new() { Model = choice.Backbone ?? photos.Id, ModelsFolder = choice.ModelsFolder };
        if (choice.Backbone is null && (choice.Photos is null || model.OpenStore().Find(photos) is null))
        {
            model = model with { Model = embedded.Id };
        }

        bool isFallback = choice.Backbone is null && choice.Photos is not null && model.Model == embedded.Id;
        string note = isFallback ? $", which sees 32x32 pixels. For photos, run: resnet models import <folder of {photos.Id}.onnx>" : "";
        Terminal.Out.WriteLine($"Backbone: {model.Model}{note}.");
        return model;
    }

    private static string? CacheFolder(TrainChoice choice, ModelChoice model)
        => choice.NoCache || choice.Photos is null ? null : choice.Cache ?? Path.Combine(model.OpenStore().RootFolder, "features");

    private static string Describe(DatasetSplits splits, ImageDataset? validation)
    {
        string Images(string name, ImageDataset? dataset)
            => dataset is null
                ? ""
                : $", {Quantity.Of(dataset.Images.Count, $"{name} image")}";
        string images = Images("training", splits.Train) + Images("validation", validation) + Images("test", splits.Test);
        string kind = splits.Train.IsMultiLabel ? "independent " : "";
        return $"{Quantity.Of(splits.Labels.Count, $"{kind}class", $"{kind}classes")}{images}.";
    }
}
