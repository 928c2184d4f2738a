using System.Security.Cryptography;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Training.Tests;

public class NearDuplicatesTests
{
    private const int Columns = 37;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Find_CopiesAmongManyImages_AreExactlyThoseOfALiteralSearch(int views)
    {
        Random random = new(1);
        float[][] training = [.. Enumerable.Range(0, 300).Select(_ => Vector(random))];
        float[][] validation = [.. Enumerable.Range(0, 150).Select(i => i % 10 == 0 ? Near(training[i * 2], random) : Vector(random))];

        IReadOnlyList<DuplicateImages> found
            = NearDuplicates.Find(Extracted("t", training, views), Extracted("v", validation, views), (_, _) => true, default);

        (int Training, int Validation, double Cosine)[] expected = [.. validation
            .Select((v, i) => (Best: training.Select((t, j) => (Index: j, Cosine: Cosine(v, t))).MaxBy(p => p.Cosine), Index: i))
            .Where(p => p.Best.Cosine >= NearDuplicates.Threshold)
            .Select(p => (p.Best.Index, p.Index, p.Best.Cosine))];
        expected.Should().HaveCountGreaterThan(10);
        found.Select(f => (f.TrainingImage, f.ValidationImage)).Should().BeEquivalentTo(
            expected.Select(e => ($"t{e.Training}", $"v{e.Validation}")));
        found.Should().BeInDescendingOrder(f => f.Similarity).And.OnlyContain(f => !f.IsIdentical);
        found.Should().AllSatisfy(f => f.Similarity.Should().BeApproximately(
            expected.Single(e => $"v{e.Validation}" == f.ValidationImage).Cosine, 1e-5));
    }

    [Fact]
    public void Find_IdenticalFiles_ComeFirstWhateverTheirFeatures()
    {
        Random random = new(2);
        float[][] training = [Vector(random), Vector(random), new float[Columns]];
        float[][] validation = [Near(training[0], random), new float[Columns], Vector(random)];
        ExtractedFeatures left = Extracted("t", training, 1);
        ExtractedFeatures right = Extracted("v", validation, 1, classOf: _ => 1);
        right = right with { Hashes = [right.Hashes[0], left.Hashes[2], right.Hashes[2]] };

        IReadOnlyList<DuplicateImages> found = NearDuplicates.Find(left, right, (_, _) => true, default);

        found.Select(f => (f.TrainingImage, f.ValidationImage, f.IsIdentical, f.HaveSameClass)).Should().Equal(
            ("t2", "v1", true, false), ("t0", "v0", false, false));
        found[0].Similarity.Should().Be(1);
    }

    [Fact]
    public void Find_Canceled_Stops()
    {
        float[][] vectors = [Vector(new Random(1))];

        FluentActions.Invoking(
            () => NearDuplicates.Find(
                Extracted("t", vectors, 1), Extracted("v", vectors, 1), (_, _) => true, new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Find_NoImages_FindsNothing()
        => NearDuplicates.Find(Extracted("t", [], 1), Extracted("v", [], 1), (_, _) => true, default).Should().BeEmpty();

    private static ExtractedFeatures Extracted(string prefix, float[][] vectors, int views, Func<int, int>? classOf = null)
    {
        // Further views must not matter.
        float[] values
            = [.. vectors.SelectMany(v => Enumerable.Range(0, views).SelectMany(view => view == 0 ? v : [.. v.Select(_ => 1f)]))];
        return new ExtractedFeatures(
            new FeatureMatrix(values, vectors.Length * views, Columns),
            views,
            [.. vectors.Select((_, i) => new LabeledImage($"{prefix}{i}", classOf?.Invoke(i) ?? 0, () => default))],
            [.. vectors.Select((_, i) => SHA256.HashData(BitConverter.GetBytes(HashCode.Combine(prefix, i))))],
            []);
    }

    private static float[] Vector(Random random)
    {
        float scale = 1 + (random.NextSingle() * 50);
        return [.. Enumerable.Range(0, Columns).Select(_ => scale * (random.NextSingle() - 0.3f))];
    }

    private static float[] Near(float[] vector, Random random) => [.. vector.Select(v => 2 * v * (0.9f + (0.2f * random.NextSingle())))];

    private static double Cosine(float[] left, float[] right)
    {
        double dot = 0, first = 0, second = 0;
        for (int i = 0; i < left.Length; i++)
        {
            dot += (double)left[i] * right[i];
            first += (double)left[i] * left[i];
            second += (double)right[i] * right[i];
        }

        return dot / Math.Sqrt(first * second);
    }
}
