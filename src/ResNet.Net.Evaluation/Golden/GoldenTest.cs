using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>
/// Runs a model on inputs with known outputs and reports the differences, with the installed ONNX Runtime on this processor.
/// </summary>
/// <remarks>The model is loaded as <see cref="ResNetClassifier"/> does it, with the same session options.</remarks>
/// <example>
/// <code>
/// GoldenReport report = await GoldenTest.RunAsync(ResNetVariant.ResNet50V1);
/// Console.WriteLine($"{report.ModelName}: {(report.Passed ? "passed" : report.Results.First(r => !r.Passed).Failure)}");
/// </code>
/// </example>
public static class GoldenTest
{
    /// <summary>Runs a variant on the zoo's test data. The store downloads the model and the test data if needed.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="archive">The test data; null for the zoo's. The embedded model has none.</param>
    /// <param name="tolerance">The tolerance; null for the one that suits the variant's precision and this processor.</param>
    /// <param name="options">The options, of which those of the store and the session apply; null for the defaults.</param>
    /// <param name="progress">Receives download progress; may be null.</param>
    /// <param name="cancellationToken">Cancels downloads, and the test between two datasets.</param>
    /// <returns>The report. A dataset that fails is reported and doesn't throw.</returns>
    /// <exception cref="ModelUnavailableException">
    /// The model or its test data is not in the store and cannot be downloaded, or (<see cref="ModelVerificationException"/>) the file
    /// differs from the published one.
    /// </exception>
    /// <exception cref="GoldenArchiveException">The archive is rejected, or its data doesn't suit an image classifier.</exception>
    /// <exception cref="ResNetException">The model's input doesn't match the archive.</exception>
    /// <exception cref="InferenceException">ONNX Runtime rejects the model or an option, or fails.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or there is no test data for the variant.</exception>
    /// <exception cref="OperationCanceledException">The test was canceled.</exception>
    public static Task<GoldenReport> RunAsync(
        ResNetVariant variant,
        GoldenArchive? archive = null,
        GoldenTolerance? tolerance = null,
        ResNetClassifierOptions? options = null,
        IProgress<ModelDownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
        => RunAsync(variant, archive, tolerance, options, progress, CpuFeatures.HasInt8DotProduct, cancellationToken);

    /// <summary>Runs a custom model.</summary>
    /// <param name="model">The model. Its labels, profile and output kind are ignored.</param>
    /// <param name="archive">The test data.</param>
    /// <param name="tolerance">The tolerance, such as <see cref="GoldenTolerance.Fp32"/>.</param>
    /// <param name="options">The options, of which those of the session apply; null for the defaults.</param>
    /// <returns>The report. A dataset that fails is reported and doesn't throw.</returns>
    /// <exception cref="ModelUnavailableException">The file doesn't exist.</exception>
    /// <exception cref="GoldenArchiveException">The data of the archive doesn't suit an image classifier.</exception>
    /// <exception cref="ResNetException">The model's input doesn't match the archive.</exception>
    /// <exception cref="InferenceException">ONNX Runtime rejects the model or an option, or fails.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static GoldenReport Run(
        ModelDefinition model, GoldenArchive archive, GoldenTolerance tolerance, ResNetClassifierOptions? options = null)
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
        LoadPlan plan = PlanFor(options, hasInt8DotProduct);
        ResolvedModel model = await plan.ResolveAsync(variant, progress, cancellationToken).ConfigureAwait(false);
        string? archivePath = archive is null
            ? await plan.Store.EnsureTestDataAsync(variant, progress, cancellationToken).ConfigureAwait(false)
            : null;
        return await Task.Run(
            () =>
            {
                archive ??= GoldenArchive.Read(archivePath!, null, cancellationToken);
                Int8Arithmetic arithmetic = ArithmeticOf(plan.Session, hasInt8DotProduct);
                tolerance ??= GoldenTolerance.For(variant.Precision, arithmetic);
                Func<OnnxModel>? load = variant.IsEmbedded ? null : model.Content.Load;
                return Run(plan, model, archive, tolerance, load, arithmetic, hasInt8DotProduct, cancellationToken);
            },
            cancellationToken).ConfigureAwait(false);
    }

    internal static GoldenReport Run(
        ModelDefinition model, GoldenArchive archive, GoldenTolerance tolerance, ResNetClassifierOptions? options, bool hasInt8DotProduct)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(tolerance);
        tolerance.Validate();
        LoadPlan plan = PlanFor(options, hasInt8DotProduct);
        ResolvedModel resolved = ResolvedModel.For(model);
        Int8Arithmetic arithmetic = ArithmeticOf(plan.Session, hasInt8DotProduct);
        OnnxModel Load() => model.Path is null
            ? OnnxModel.Parse(model.Model.Span)
            : OnnxModel.Load(model.Path, ExternalDataPolicy.ReadFromModelFolder);
        return Run(plan, resolved, archive, tolerance, Load, arithmetic, hasInt8DotProduct, CancellationToken.None);
    }

    /// <summary>Returns how ONNX Runtime adds the products of uint8 activations and int8 weights on this processor.</summary>
    internal static Int8Arithmetic ArithmeticOf(SessionSettings settings, bool hasInt8DotProduct)
    {
        // The entry rewrites the weights, which is part of the extended optimization level.
        bool precise = settings.ConfigEntries.TryGetValue(Int8Guard.Entry, out string? value)
            && value == "1"
            && settings.Optimization >= GraphOptimizationLevel.ORT_ENABLE_EXTENDED;
        return hasInt8DotProduct ? Int8Arithmetic.DotProduct
            : precise || !System.Runtime.Intrinsics.X86.X86Base.IsSupported ? Int8Arithmetic.Widened
            : Int8Arithmetic.Saturating;
    }

    private static LoadPlan PlanFor(ResNetClassifierOptions? options, bool hasInt8DotProduct)
        => new((options ?? new ResNetClassifierOptions()) with { ActivationMaps = false }, hasInt8DotProduct);

    private static GoldenReport Run(
        LoadPlan plan,
        ResolvedModel model,
        GoldenArchive archive,
        GoldenTolerance tolerance,
        Func<OnnxModel>? load,
        Int8Arithmetic arithmetic,
        bool hasInt8DotProduct,
        CancellationToken cancellationToken)
    {
        using OrtSession session = plan.Open(model);
        TensorMetadata input = ModelLayout.PickInput(session, model.Name, model.InputName);
        string output = ModelLayout.PickOutput(session, model.Name, ScoreOutput.FindName(model)).Name;
        double? step = tolerance.Steps > 0 && load is not null ? StepOf(model.Name, load, output) : null;
        OutputComparison comparison = new(tolerance, step);
        List<GoldenResult> results = [];
        foreach (GoldenDataset dataset in archive.Datasets)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (OnnxTensor tensor, OnnxTensor expected) = Pair(dataset);
            (float[] values, long[] shape) = Run(session, model.Name, input, tensor, output);
            results.Add(comparison.Compare(dataset.Name, expected, values, shape));
        }

        return new GoldenReport
        {
            ModelName = model.Name,
            OnnxRuntimeVersion = OrtRuntime.Version,
            ExecutionProvider = plan.ExecutionProvider,
            HasInt8DotProduct = hasInt8DotProduct,
            Arithmetic = tolerance.Steps > 0 ? arithmetic : null,
            Tolerance = tolerance,
            QuantizationStep = step,
            Results = results,
        };
    }

    private static double? StepOf(string model, Func<OnnxModel> load, string output)
    {
        try
        {
            return OutputStep.Of(load(), output);
        }
        catch (OnnxModelException exception)
        {
            throw new InferenceException(
                $"The quantization step of the model '{model}' cannot be determined: {exception.Message}", exception);
        }
    }

    private static (OnnxTensor Input, OnnxTensor Output) Pair(GoldenDataset dataset)
    {
        string name = EntryName.Shown(dataset.Name);
        if (dataset.Inputs.Count != 1 || dataset.Outputs.Count != 1)
        {
            throw new GoldenArchiveException(
                $"The dataset {name} has {dataset.Inputs.Count} inputs and {dataset.Outputs.Count} outputs; "
                + "an image classifier has one each.",
                dataset.Name);
        }

        foreach (OnnxTensor tensor in (OnnxTensor[])[dataset.Inputs[0], dataset.Outputs[0]])
        {
            if (tensor.ElementType != OnnxElementType.Float || tensor.Length == 0)
            {
                throw new GoldenArchiveException(
                    $"The dataset {name} contains '{tensor}'; an image classifier has non-empty Float inputs and outputs.", dataset.Name);
            }
        }

        foreach (float value in dataset.Outputs[0].AsSpan<float>())
        {
            if (!float.IsFinite(value))
            {
                throw new GoldenArchiveException(
                    $"The dataset {name} expects {value} in an output, but only finite values can be compared.", dataset.Name);
            }
        }

        return (dataset.Inputs[0], dataset.Outputs[0]);
    }

    private static (float[] Values, long[] Shape) Run(
        OrtSession session, string model, TensorMetadata input, OnnxTensor data, string output)
    {
        bool matches = input.ElementType == OnnxElementType.Float
            && input.Shape.Count == data.Shape.Count
            && input.Shape.Zip(data.Shape).All(d => d.First < 0 || d.First == d.Second);
        if (!matches)
        {
            throw new ResNetException(
                $"The model '{model}' expects {input}, but the test data is {OnnxElementType.Float} "
                + $"{TensorMetadata.FormatShape(data.Shape)}. Use the test data of this model.");
        }

        ReadOnlySpan<float> values = data.AsSpan<float>();
        using AlignedBuffer buffer = new(values.Length);
        values.CopyTo(buffer.Span);
        using OrtValue tensor = buffer.CreateTensor([.. data.Shape]);
        return session.RunToArray([new NamedTensor(input.Name, tensor)], output);
    }
}
