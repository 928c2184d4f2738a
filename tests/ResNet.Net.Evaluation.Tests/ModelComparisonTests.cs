using System.Text.Json;

namespace ResNet.Net.Evaluation.Tests;

public class ModelComparisonTests
{
    private static readonly LabelSet Labels = new("abc", ["a", "b", "c"]);

    // True class, prediction of the first and of the second model; -1: failed.
    private static readonly (int Truth, int First, int Second)[] Images =
        [(0, 0, 0), (0, 0, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1), (2, 0, 1), (2, -1, 2), (0, 0, -1), (1, 1, 0)];

    [Fact]
    public void Create_KnownResults_CountsImagesThatBothClassified()
    {
        ModelComparison comparison = ModelComparison.Create(Report("first", p => p.First), Report("second", p => p.Second));

        comparison.Count.Should().Be(7);
        (comparison.BothCorrect, comparison.OnlyFirstCorrect, comparison.OnlySecondCorrect, comparison.BothWrong).Should().Be((1, 3, 1, 2));
        comparison.Agreed.Should().Be(2, "correct or not");
        comparison.Agreement.Should().BeApproximately(200.0 / 7, 1e-12);
        comparison.FirstTop1.Should().BeApproximately(400.0 / 7, 1e-12);
        comparison.SecondTop1.Should().BeApproximately(200.0 / 7, 1e-12);
        comparison.PValue.Should().BeApproximately(0.625, 1e-12);
        comparison.Method.Should().Be(McNemarMethod.ExactBinomial);
        comparison.Disagreements.Select(d => d.First.Name).Should().Equal("1", "2", "3", "5", "8");
    }

    [Fact]
    public void Formats_KnownResults_ContainTheNumbers()
    {
        ModelComparison comparison = ModelComparison.Create(Report("first", p => p.First), Report("second", p => p.Second));

        comparison.ToText()
            .Should().Contain("first and second on 7 images").And.MatchRegex("only first correct +3\n").And.Contain("0.6250")
            .And.Contain("no significant difference");
        comparison.ToMarkdown().Should().Contain("| first | 57.14 % |").And.Contain("0.6250");
        JsonElement json = JsonDocument.Parse(comparison.ToJson()).RootElement;
        json.GetProperty("pValue").GetDouble().Should().BeApproximately(0.625, 1e-12);
        json.GetProperty("disagreements")[0].GetProperty("second").GetInt32().Should().Be(1);
    }

    [Fact]
    public void ToText_SignificantDifference_NamesTheBetterModel()
    {
        EvaluatedImage[] wrong = [.. Enumerable.Range(0, 1200).Select(i => Result($"{i}", 0, 1))];
        EvaluatedImage[] right = [.. Enumerable.Range(0, 1200).Select(i => Result($"{i}", 0, 0))];

        ModelComparison comparison = ModelComparison.Create(
            new EvaluationReport("poor", Labels, "d", wrong, 15), new EvaluationReport("good", Labels, "d", right, 15));

        comparison.Method.Should().Be(McNemarMethod.ChiSquared);
        comparison.ToText().Should().Contain("good is significantly better");
    }

    [Fact]
    public void Create_DifferentImages_Throws()
    {
        EvaluationReport first = Report("first", p => p.First);
        EvaluationReport fewer = new("fewer", Labels, "d", [.. first.Images.Take(3)], 15);
        EvaluationReport other = new("other", Labels, "d", [.. first.Images.Skip(1).Prepend(Result("zero", 0, 0))], 15);

        ((Action)(() => ModelComparison.Create(first, fewer))).Should().Throw<ArgumentException>().WithMessage("*9 images*'fewer' has 3*");
        ((Action)(() => ModelComparison.Create(first, other))).Should().Throw<ArgumentException>().WithMessage("*'zero'*");
    }

    private static EvaluationReport Report(string model, Func<(int Truth, int First, int Second), int> prediction)
        => new(model, Labels, "d", [.. Images.Select((p, i) => Result($"{i}", p.Truth, prediction(p)))], 15);

    private static EvaluatedImage Result(string name, int truth, int predicted)
    {
        LabeledImage image = new(name, truth, () => default);
        return predicted < 0
            ? EvaluatedImage.Failure(image, "torn")
            : EvaluatedImage.Of(image, predicted, predicted == truth ? 1 : 2, 0.5f, 1);
    }
}
