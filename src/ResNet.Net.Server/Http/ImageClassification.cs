using System.Diagnostics;

namespace ResNet.Net.Server;

/// <summary>Classifies an upload, with activation maps and the crop that the model sees if they are requested.</summary>
internal static class ImageClassification
{
    // The page scales overlays to the width of a column.
    private const int OverlayLongSide = 448;

    /// <exception cref="ServerException">The model doesn't provide what the request asks for.</exception>
    public static void Check(ClassifyRequest request, ResNetClassifier classifier)
    {
        if (request.Explained.Count > 0 && !classifier.HasActivationMaps)
        {
            throw ServerException.Invalid("The model provides no activation maps. Its setting ActivationMaps adds them.");
        }

        if (request.Explained.FirstOrDefault(c => c >= classifier.Labels.Count) is int index)
        {
            throw ServerException.Invalid($"The model has {classifier.Labels.Count} classes; there is no class {index}.");
        }
    }

    public static async Task<ClassifyDocument> RunAsync(
        ClassifyRequest request,
        ServedModel model,
        ModelRunner runner,
        ReadOnlyMemory<byte> image,
        RequestBody body,
        long start,
        CancellationToken cancellationToken)
    {
        InputImage input = InputImage.FromEncoded(image);
        List<ImageWork> work = [new ImageWork(input, body)];
        work.AddRange(request.Explained.Select(index => new ImageWork(
            input, body, classifier => new ImageResult { Map = classifier.Explain(image.Span, index) })));
        if (request.Crop)
        {
            work.Add(new ImageWork(input, body, classifier => new ImageResult { Crop = CropOf(classifier, image) }));
        }

        ImageResult[] results = await runner.RunAsync(work, cancellationToken).ConfigureAwait(false);
        ThrowIfFailed(results, image);
        ClassScores scores = results[0].Scores!;
        ActivationMap[] maps = [.. results.Select(r => r.Map).OfType<ActivationMap>()];
        StageTimings timings = scores.Timings;
        IReadOnlyList<Prediction> best = Best(scores, request.Top, runner.Classifier.Labels);
        return new ClassifyDocument(
            model.Name,
            model.Version,
            [.. best.Select(p => new PredictionDocument(p.ClassIndex, p.SynsetId, p.Label, p.Probability))],
            runner.Classifier.UnknownThreshold is double threshold ? best[0].Probability < threshold : null,
            new TimingsDocument(
                timings.Decode.TotalMilliseconds,
                timings.Preprocess.TotalMilliseconds,
                timings.Inference.TotalMilliseconds,
                Stopwatch.GetElapsedTime(start).TotalMilliseconds),
            results[^1].Crop is byte[] crop ? DataUrl(crop) : null,
            maps is [ActivationMap first, ..] ? new SizeDocument(first.ImageWidth, first.ImageHeight) : null,
            maps is [{ Region: ImageRegion region }, ..]
                ? new RegionDocument(region.Left, region.Top, region.Width, region.Height)
                : null,
            maps.Length > 0 ? [.. maps.Select(Describe)] : null);
    }

    /// <summary>Returns the most probable classes.</summary>
    public static IReadOnlyList<Prediction> Best(ClassScores scores, int count, LabelSet labels)
    {
        int[] indices = new int[Math.Min(count, labels.Count)];
        TopK.Select(scores.Probabilities.Span, indices);
        return [.. indices.Select(i => new Prediction(i, labels.GetSynsetId(i), labels[i], scores.Probabilities.Span[i]))];
    }

    /// <exception cref="ServerException">The image cannot be processed.</exception>
    public static void ThrowIfFailed(IEnumerable<ImageResult> results, ReadOnlyMemory<byte> image)
    {
        if (results.FirstOrDefault(r => r.Error is not null) is ImageResult failed)
        {
            throw Failure.OfImage(failed.Error!, 0, new InputTensor([image], default, 1));
        }
    }

    private static byte[] CropOf(ResNetClassifier classifier, ReadOnlyMemory<byte> image)
    {
        ImagePreprocessor preprocessor = classifier.CreatePreprocessor();
        float[] tensor = new float[preprocessor.Length];
        preprocessor.Preprocess(image.Span, tensor);
        return preprocessor.ToPng(tensor);
    }

    private static MapDocument Describe(ActivationMap map) => new(
        map.Prediction.ClassIndex,
        map.Prediction.Label,
        map.Prediction.Probability,
        map.Rows,
        map.Columns,
        map.Values.ToArray(),
        DataUrl(map.ToPng(new OverlayOptions { LongSide = OverlayLongSide })));

    private static string DataUrl(byte[] png) => $"data:image/png;base64,{Convert.ToBase64String(png)}";
}
