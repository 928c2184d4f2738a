using System.Globalization;
using System.Text.Json;

namespace ResNet.Net.Evaluation.Tests;

public class EvaluationReportTests
{
    private static readonly LabelSet Letters = new("letters", ["a", "b", "c", "d", "e", "f", "g"]);

    // Five images and one that failed; the expected values are computed by hand.
    private static readonly EvaluationReport ByHand = new("model", Letters, "set",
    [
        Result("1", truth: 0, predicted: 0, rank: 1, confidence: 0.9f, loss: 0.1),
        Result("2", truth: 0, predicted: 1, rank: 2, confidence: 0.6f, loss: 1.2),
        EvaluatedImage.Failure(Image("3", 4), "torn"),
        Result("4", truth: 1, predicted: 1, rank: 1, confidence: 0.8f, loss: 0.2),
        Result("5", truth: 2, predicted: 1, rank: 5, confidence: 0.5f, loss: 2.5),
        Result("6", truth: 2, predicted: 0, rank: 6, confidence: 1f, loss: 6.0),
    ], bins: 4);

    [Fact]
    public void Accuracy_KnownResults_ExcludesFailedImages()
    {
        (ByHand.Count, ByHand.Failed, ByHand.Top1Count, ByHand.Top5Count).Should().Be((5, 1, 2, 4));
        ByHand.Top1.Should().BeApproximately(40, 1e-12);
        ByHand.Top5.Should().BeApproximately(80, 1e-12);
        ByHand.MeanLoss.Should().BeApproximately(10.0 / 5, 1e-12);
        ByHand.MeanConfidence.Should().BeApproximately(76, 1e-5);
        ByHand.Failures.Select(f => (f.Name, f.Error)).Should().Equal(("3", "torn"));
    }

    [Fact]
    public void ClassesAndConfusions_KnownResults_AreCounted()
    {
        ByHand.Classes.Take(4).Should().Equal(
            new ClassAccuracy(0, "a", 2, 1, 2), new ClassAccuracy(1, "b", 1, 1, 3), new ClassAccuracy(2, "c", 2, 0, 0), new ClassAccuracy(
                3, "d", 0, 0, 0));
        ByHand.Classes[0].Accuracy.Should().Be(50);
        ByHand.Classes[1].Precision.Should().BeApproximately(100.0 / 3, 1e-12);
        ByHand.Classes[3].Accuracy.Should().Be(double.NaN);
        ByHand.ConfusionPairs.Should().Equal(new ConfusionPair(0, 1, 1), new ConfusionPair(2, 0, 1), new ConfusionPair(2, 1, 1));
    }

    [Fact]
    public void Calibration_KnownResults_HasBinsAndError()
    {
        // 0.5 lies in (0.25, 0.5]; 0.6 in (0.5, 0.75]; 0.8, 0.9 and 1 in (0.75, 1].
        ByHand.CalibrationBins.Select(b => (b.From, b.To, b.Count)).Should().Equal((0, 25, 0), (25, 50, 1), (50, 75, 1), (75, 100, 3));
        ByHand.CalibrationBins[1].Accuracy.Should().Be(0);
        ByHand.CalibrationBins[3].Accuracy.Should().BeApproximately(200.0 / 3, 1e-9);
        ByHand.CalibrationBins[3].MeanConfidence.Should().BeApproximately(90, 1e-5);

        // (1 * 50 + 1 * 60 + 3 * |66.67 - 90|) / 5
        ByHand.ExpectedCalibrationError.Should().BeApproximately(36, 1e-5);
    }

    [Fact]
    public void Measures_RandomResults_EqualLiteralCounts()
    {
        Random random = new(11);
        for (int time = 0; time < 30; time++)
        {
            int classes = random.Next(2, 12);
            int bins = random.Next(1, 30);
            LabelSet labels = new("n", Enumerable.Range(0, classes).Select(i => $"class {i}"));
            List<(int Truth, float[] Row)> rows =
                [.. Enumerable.Range(0, 400).Select(_ => (random.Next(classes), RandomRow(random, classes)))];

            EvaluationReport report = new(
                "m", labels, "d", [.. rows.Select((r, i) => EvaluatedImage.Of(Image($"{i}", r.Truth), Ranking.Of(r.Row)))], bins);

            static int Best(float[] row) => Array.IndexOf(row, row.Max());
            report.Top1Count.Should().Be(rows.Count(r => Best(r.Row) == r.Truth));
            report.Top5Count.Should().Be(rows.Count(r => r.Row.Count(p => p > r.Row[r.Truth]) < 5));
            report.MeanLoss.Should().BeApproximately(rows.Sum(r => -Math.Log(r.Row[r.Truth])) / rows.Count, 1e-9);
            double error = 0;
            for (int bin = 0; bin < bins; bin++)
            {
                (int Truth, float[] Row)[] inside =
                    [.. rows.Where(r => r.Row.Max() > (double)bin / bins && r.Row.Max() <= (double)(bin + 1) / bins)];
                report.CalibrationBins[bin].Count.Should().Be(inside.Length);
                error += inside.Length == 0
                    ? 0
                    : Math.Abs(inside.Count(r => Best(r.Row) == r.Truth) - inside.Sum(r => (double)r.Row.Max())) / rows.Count;
            }

            report.ExpectedCalibrationError.Should().BeApproximately(100 * error, 1e-9);
            for (int truth = 0; truth < classes; truth++)
            {
                for (int predicted = 0; predicted < classes; predicted++)
                {
                    int literal = rows.Count(r => r.Truth == truth && Best(r.Row) == predicted);
                    int counted = truth == predicted
                        ? report.Classes[truth].Correct
                        : report.ConfusionPairs.SingleOrDefault(p => p.ClassIndex == truth && p.PredictedClass == predicted)?.Count ?? 0;
                    counted.Should().Be(literal);
                }
            }

            report.ConfusionPairs.Should().BeInDescendingOrder(p => p.Count);
        }
    }

    [Fact]
    public void ToJson_KnownResults_ContainsTheNumbers()
    {
        using JsonDocument json = JsonDocument.Parse(ByHand.ToJson(timings: false));

        JsonElement root = json.RootElement;
        root.GetProperty("top1").GetProperty("percent").GetDouble().Should().BeApproximately(40, 1e-6);
        root.GetProperty("top1").GetProperty("interval95").GetArrayLength().Should().Be(2);
        root.GetProperty("meanLoss").GetDouble().Should().Be(2);
        root.GetProperty("classified").GetInt32().Should().Be(5);
        root.GetProperty("failures")[0].GetProperty("reason").GetString().Should().Be("torn");
        root.GetProperty("classes")[3].GetProperty("accuracy").ValueKind.Should().Be(JsonValueKind.Null);
        root.GetProperty("confusions").GetArrayLength().Should().Be(3);
        root.GetProperty("timing").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void ToTextAndToMarkdown_SpecialCharacters_AreEscaped()
    {
        LabelSet labels = new("odd", ["a|b", "<script>"]);
        EvaluationReport report = new(
            "m|x",
            labels,
            "d\ne",
            [
                EvaluatedImage.Of(Image("p|\n", 0), Ranking.Of(0.25f, 0.75f)),
                EvaluatedImage.Failure(Image("<q>\u001b[31m", 1), "torn | file"),
            ],
            15);

        string text = report.ToText();
        string markdown = report.ToMarkdown();

        text.Should().Contain("m|x on d?e").And.Contain("a|b classified as <script>").And.Contain("<q>?[31m: torn | file")
            .And.Contain("1.3863 nats");
        markdown.Should().Contain(@"a\|b").And.Contain(@"\<script>").And.Contain(@"torn \| file").And.NotContain("\u001b");
        markdown.Split('\n').Where(l => l.StartsWith('|')).Should().OnlyContain(l => l.EndsWith('|'));
    }

    [Fact]
    public void Reports_OtherCulture_AreEqual()
    {
        string[] expected = [ByHand.ToText(), ByHand.ToMarkdown(), ByHand.ToJson()];
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture =
                new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~", NumberGroupSeparator = "." } };

            new[] { ByHand.ToText(), ByHand.ToMarkdown(), ByHand.ToJson() }.Should().Equal(expected);
            EvaluationPlot.ToSvg(ByHand).Should().NotContain("0,5");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Reports_AllImagesFailed_AreValid()
    {
        EvaluationReport report = new("m", Letters, "d", [EvaluatedImage.Failure(Image("p", 1), "torn")], 15);

        report.Top1.Should().Be(double.NaN);
        report.MeanLoss.Should().Be(double.NaN);
        report.ToText().Should().Contain("1 more failed");
        report.ToMarkdown().Should().Contain("torn");
        JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("top1").GetProperty("percent").ValueKind
            .Should().Be(JsonValueKind.Null);
        EvaluationPlot.ToSvg(report).Should().Contain("1 failed");
    }

    internal static float[] RandomRow(Random random, int classes)
    {
        float[] row = [.. Enumerable.Range(0, classes).Select(_ => (float)Math.Pow(random.NextDouble() + 0.001, 6))];
        float sum = row.Sum();
        return [.. row.Select(p => p / sum)];
    }

    private static LabeledImage Image(string name, int classIndex) => new(name, classIndex, () => default);

    private static EvaluatedImage Result(string name, int truth, int predicted, int rank, float confidence, double loss)
        => EvaluatedImage.Of(Image(name, truth), predicted, rank, confidence, loss);
}
