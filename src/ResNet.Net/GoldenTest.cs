using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Internals.Diagnostics;
using ResNet.Net.Internals.Golden;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Models;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Runs a model on inputs whose outputs are known, with the installed ONNX Runtime on this processor, prepared and opened as <see cref="ResNetClassifier"/> does it,
/// and tells how far the outputs are from the known ones.
/// </summary>
/// <example>
/// <code>
/// GoldenReport report = await GoldenTest.RunAsync(ResNetVariant.ResNet50V1);
/// Console.WriteLine($"{report.ModelName}: {(report.Passed ? "right" : report.Results.First(r => !r.Passed).Failure)}");
/// </code>
/// </example>
public static class GoldenTest
{
    /// <summary>Runs a variant on the zoo's test data. Model and test data come from the store, which downloads what is not here.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="archive">Test data in place of the zoo's; null for the zoo's. The embedded model has none of its own.</param>
    /// <param name="tolerance">How far outputs may be off; null for what fits the variant's precision and this processor.</param>
    /// <param name="options">Options, of which those of the store and of the session count; null for the defaults.</param>
    /// <param name="progress">Learns how far downloads are; null for nobody.</param>
    /// <param name="cancellationToken">Cancels, between two data sets once the model is loaded.</param>
    /// <returns>The results; a data set that fails is part of them, no exception.</returns>
    /// <exception cref="ModelUnavailableException">The model or its test data is not here and cannot be brought, or (<see cref="ModelVerificationException"/>) what was found has other bytes.</exception>
    /// <exception cref="GoldenArchiveException">The archive is refused, or its data does not fit a picture classifier.</exception>
    /// <exception cref="ResNetException">The model does not take the inputs of the archive.</exception>
    /// <exception cref="InferenceException">ONNX Runtime refuses the model or an option, or fails.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or there is no test data for the variant.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<GoldenReport> RunAsync(
        ResNetVariant variant,
        GoldenArchive? archive = null,
        GoldenTolerance? tolerance = null,
        ResNetClassifierOptions? options = null,
        IProgress<ModelDownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
        => RunAsync(variant, archive, tolerance, options, progress, CpuFeatures.HasInt8DotProduct, cancellationToken);

    /// <summary>Runs a model of the caller's own.</summary>
    /// <param name="model">The model. Its labels, profile and kind of output are of no account.</param>
    /// <param name="archive">Its test data.</param>
    /// <param name="tolerance">How far outputs may be off, such as <see cref="GoldenTolerance.Fp32"/>.</param>
    /// <param name="options">Options, of which those of the session count; null for the defaults.</param>
    /// <returns>The results; a data set that fails is part of them, no exception.</returns>
    /// <exception cref="ModelUnavailableException">The file is not there.</exception>
    /// <exception cref="GoldenArchiveException">The archive's data does not fit a picture classifier.</exception>
    /// <exception cref="ResNetException">The model does not take the inputs of the archive.</exception>
    /// <exception cref="InferenceException">ONNX Runtime refuses the model or an option, or fails.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static GoldenReport Run(ModelDefinition model, GoldenArchive archive, GoldenTolerance tolerance, ResNetClassifierOptions? options = null)
        => Run(model, archive, tolerance, options, CpuFeatures.HasInt8DotProduct);

    internal static async Task<GoldenReport> RunAsync(
        ResNetVariant variant,
        GoldenArchive? archive,
        GoldenTolerance? tolerance,
        ResNetClassifierOptions? options,
        IProgress<ModelDownloadProgress>? progress,
        bool hasInt8DotProduct,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(variant);
        tolerance?.Validate();
        options ??= new ResNetClassifierOptions();
        ModelStore store = ResNetClassifier.StoreOf(options);
        string? path = await ResNetClassifier.EnsureFileAsync(variant, options with { Store = store }, progress, cancellationToken).ConfigureAwait(false);
        string? archivePath = archive is null ? await store.EnsureTestDataAsync(variant, progress, cancellationToken).ConfigureAwait(false) : null;
        return await Task.Run(
            () =>
            {
                archive ??= GoldenArchive.Read(archivePath!, null, cancellationToken);
                ModelRecipe recipe = ModelRecipe.For(variant, path);
                SessionSettings settings = ResNetClassifier.CreateSettings(options, hasInt8DotProduct);
                Int8Arithmetic arithmetic = ArithmeticOf(settings, hasInt8DotProduct);
                tolerance ??= GoldenTolerance.For(variant.Precision, arithmetic);
                return Run(recipe, options, settings, archive, tolerance, path is null ? null : () => OnnxModel.Load(path), arithmetic, hasInt8DotProduct, cancellationToken);
            },
            cancellationToken).ConfigureAwait(false);
    }

    internal static GoldenReport Run(ModelDefinition model, GoldenArchive archive, GoldenTolerance tolerance, ResNetClassifierOptions? options, bool hasInt8DotProduct)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(tolerance);
        tolerance.Validate();
        options ??= new ResNetClassifierOptions();
        options.Validate();
        ModelRecipe recipe = ModelRecipe.For(model);
        SessionSettings settings = ResNetClassifier.CreateSettings(options, hasInt8DotProduct);
        OnnxModel Load() => model.Path is null ? OnnxModel.Parse(model.Model.Span) : OnnxModel.Load(model.Path, ExternalDataPolicy.ReadFromModelFolder);
        return Run(recipe, options, settings, archive, tolerance, Load, ArithmeticOf(settings, hasInt8DotProduct), hasInt8DotProduct, CancellationToken.None);
    }

    /// <summary>How ONNX Runtime sums the products of uint8 activations and int8 weights on this processor.</summary>
    internal static Int8Arithmetic ArithmeticOf(SessionSettings settings, bool hasInt8DotProduct)
    {
        // The entry asks for a rewriting of the weights that belongs to the second level of optimisations.
        bool precise = settings.ConfigEntries.TryGetValue(Int8Guard.Entry, out string? value) && value == "1" && settings.Optimization >= GraphOptimizationLevel.ORT_ENABLE_EXTENDED;
        return hasInt8DotProduct ? Int8Arithmetic.DotProduct
            : precise || !System.Runtime.Intrinsics.X86.X86Base.IsSupported ? Int8Arithmetic.Widened
            : Int8Arithmetic.Saturating;
    }

    private static GoldenReport Run(
        ModelRecipe recipe,
        ResNetClassifierOptions options,
        SessionSettings settings,
        GoldenArchive archive,
        GoldenTolerance tolerance,
        Func<OnnxModel>? load,
        Int8Arithmetic arithmetic,
        bool hasInt8DotProduct,
        CancellationToken cancellationToken)
    {
        using OrtSession session = ResNetClassifier.Open(recipe, options with { Outputs = ModelOutputs.None });
        TensorMetadata input = ModelLayout.PickInput(session, recipe.Name, recipe.InputName);
        string output = ModelLayout.PickOutput(session, recipe.Name, recipe.OutputName).Name;
        double? step = tolerance.Steps > 0 && load is not null ? OutputStep.Of(load(), output) : null;
        OutputComparison comparison = new(tolerance, step);
        List<GoldenResult> results = [];
        foreach (GoldenDataset dataset in archive.Datasets)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (OnnxTensor given, OnnxTensor expected) = Pair(dataset);
            (float[] values, long[] shape) = Run(session, recipe.Name, input, given, output);
            results.Add(comparison.Compare(dataset.Name, expected, values, shape));
        }

        return new GoldenReport
        {
            ModelName = recipe.Name,
            OnnxRuntimeVersion = OrtRuntime.Version,
            ExecutionProvider = settings.ExecutionProvider?.Name ?? "CPU",
            HasInt8DotProduct = hasInt8DotProduct,
            Arithmetic = tolerance.Steps > 0 ? arithmetic : null,
            Tolerance = tolerance,
            QuantizationStep = step,
            Results = results,
        };
    }

    private static (OnnxTensor Input, OnnxTensor Output) Pair(GoldenDataset dataset)
    {
        string name = EntryName.Shown(dataset.Name);
        if (dataset.Inputs.Count != 1 || dataset.Outputs.Count != 1)
        {
            throw new GoldenArchiveException($"The data set {name} has {dataset.Inputs.Count} inputs and {dataset.Outputs.Count} outputs; a picture classifier has one of each.", dataset.Name);
        }

        foreach (OnnxTensor tensor in (OnnxTensor[])[dataset.Inputs[0], dataset.Outputs[0]])
        {
            if (tensor.ElementType != OnnxElementType.Float || tensor.Length == 0)
            {
                throw new GoldenArchiveException($"The data set {name} holds '{tensor}'; a picture classifier takes and gives Float, one value at least.", dataset.Name);
            }
        }

        foreach (float value in dataset.Outputs[0].AsSpan<float>())
        {
            if (!float.IsFinite(value))
            {
                throw new GoldenArchiveException($"The data set {name} expects {value} in an output, with which nothing can be compared.", dataset.Name);
            }
        }

        return (dataset.Inputs[0], dataset.Outputs[0]);
    }

    private static (float[] Values, long[] Shape) Run(OrtSession session, string model, TensorMetadata input, OnnxTensor given, string output)
    {
        if (input.ElementType != OnnxElementType.Float || input.Shape.Count != given.Dims.Count || input.Shape.Zip(given.Dims).Any(d => d.First >= 0 && d.First != d.Second))
        {
            throw new ResNetException($"The model '{model}' takes {input}, but its test data is {OnnxElementType.Float} {TensorMetadata.FormatShape(given.Dims)}: it belongs to another model.");
        }

        ReadOnlySpan<float> values = given.AsSpan<float>();
        using AlignedBuffer buffer = new(values.Length);
        values.CopyTo(buffer.Span);
        using OrtValue tensor = buffer.CreateTensor([.. given.Dims]);
        return session.RunToArray([new NamedTensor(input.Name, tensor)], output);
    }
}
