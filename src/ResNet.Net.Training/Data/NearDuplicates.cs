using System.Numerics.Tensors;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>
/// Finds validation images that equal or resemble training images, by the cosine of their embeddings. Exact and deterministic.
/// </summary>
internal static class NearDuplicates
{
    /// <summary>The cosine from which the pixels of two images are compared.</summary>
    /// <remarks>
    /// Features of ResNet18Backbone, 50 ImageNet photos: JPEG copies of quality 50 have at least 0.934, copies cropped by 5 % at least
    /// 0.925, and copies of half the size at least 0.842. NearDuplicatesThresholdTests measures all of these.
    /// </remarks>
    internal const float Threshold = 0.84f;

    // A block of training rows stays in the L2 cache while a block of validation rows is compared with it.
    private const int TrainingBlock = 128;
    private const int ValidationBlock = 32;

    /// <summary>
    /// Returns the validation images that have a copy, each with the training image that is most similar: identical files first, then by
    /// similarity.
    /// </summary>
    /// <param name="training">The training images.</param>
    /// <param name="validation">The validation images.</param>
    /// <param name="confirm">Returns whether a training and a validation image with similar embeddings are copies.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public static IReadOnlyList<DuplicateImages> Find(
        ExtractedFeatures training,
        ExtractedFeatures validation,
        Func<LabeledImage, LabeledImage, bool> confirm,
        CancellationToken cancellationToken)
    {
        if (training.Images.Count == 0 || validation.Images.Count == 0)
        {
            return [];
        }

        int columns = training.Features.Columns;
        float[] left = UnitRows(validation);
        float[] right = UnitRows(training);
        Dictionary<string, int> byHash = new(StringComparer.Ordinal);
        for (int i = 0; i < training.Images.Count; i++)
        {
            byHash.TryAdd(Convert.ToHexString(training.Hashes[i]), i);
        }

        DuplicateImages?[] found = new DuplicateImages?[validation.Images.Count];
        int blocks = (found.Length + ValidationBlock - 1) / ValidationBlock;
        ParallelOptions parallel = new() { CancellationToken = cancellationToken };
        Parallel.For(0, blocks, parallel, block =>
        {
            int first = block * ValidationBlock;
            int last = Math.Min(first + ValidationBlock, found.Length);
            Span<int> nearest = stackalloc int[ValidationBlock];
            Span<float> similarity = stackalloc float[ValidationBlock];
            similarity.Fill(float.NegativeInfinity);
            for (int start = 0; start < training.Images.Count; start += TrainingBlock)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int end = Math.Min(start + TrainingBlock, training.Images.Count);
                for (int i = first; i < last; i++)
                {
                    ReadOnlySpan<float> row = left.AsSpan(i * columns, columns);
                    for (int j = start; j < end; j++)
                    {
                        // Rows have length 1, so the dot product is the cosine.
                        float cosine = TensorPrimitives.Dot(row, right.AsSpan(j * columns, columns));
                        if (cosine > similarity[i - first])
                        {
                            (similarity[i - first], nearest[i - first]) = (cosine, j);
                        }
                    }
                }
            }

            for (int i = first; i < last; i++)
            {
                bool isIdentical = byHash.TryGetValue(Convert.ToHexString(validation.Hashes[i]), out int same);
                bool isCandidate = similarity[i - first] >= Threshold;
                if (isIdentical || (isCandidate && confirm(training.Images[nearest[i - first]], validation.Images[i])))
                {
                    found[i] = Describe(
                        training, validation, isIdentical ? same : nearest[i - first], i, similarity[i - first], isIdentical);
                }
            }
        });

        return [.. found.OfType<DuplicateImages>().OrderByDescending(d => d.IsIdentical).ThenByDescending(d => d.Similarity)];
    }

    private static DuplicateImages Describe(
        ExtractedFeatures training, ExtractedFeatures validation, int first, int second, float similarity, bool isIdentical) => new(
            training.Images[first].Name,
            validation.Images[second].Name,
            isIdentical ? 1 : Math.Min(similarity, 1),
            isIdentical,
            training.Images[first].Classes.SequenceEqual(validation.Images[second].Classes));

    // The first view of each image, scaled to length 1; a vector of zeros stays zero and resembles nothing.
    private static float[] UnitRows(ExtractedFeatures extracted)
    {
        FeatureMatrix features = extracted.Features;
        float[] rows = GC.AllocateUninitializedArray<float>(checked(extracted.Images.Count * features.Columns));
        for (int i = 0; i < extracted.Images.Count; i++)
        {
            ReadOnlySpan<float> row = features[i * extracted.ViewsPerImage];
            float norm = TensorPrimitives.Norm(row);
            TensorPrimitives.Multiply(row, norm > 0 ? 1 / norm : 0, rows.AsSpan(i * features.Columns, features.Columns));
        }

        return rows;
    }
}
