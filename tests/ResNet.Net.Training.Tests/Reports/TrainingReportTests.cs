using System.Text.Json;

namespace ResNet.Net.Training.Tests;

public class TrainingReportTests
{
    private static readonly TrainingReport Full = Reports.Of(3, 20, c => c) with
    {
        LearningCurve = [new LearningCurvePoint(60, 100, 80), new LearningCurvePoint(120, 99, 84), new LearningCurvePoint(240, 98, 95)],
        FailedImages = [new FailedImage("a|b.png", "no image")],
        Duplicates = [new DuplicateImages("t.png", "v.png", 0.98765, false, false), new DuplicateImages("x.png", "y.png", 1, true, true)],
        SuspiciousLabels = [new SuspiciousLabel("s_1.png", 1, 2, 0.97)],
    };

    [Fact]
    public void ToText_ShowsEveryMeasurement()
    {
        string text = Full.ToText();

        text.Should().ContainAll(
            "resnet_test with 3 classes",
            "95.00 % (57 correct; 95 % interval",
            "0.1, chosen from 2 candidates",
            "     2  class 2 classified as class 0",
            "  a|b.png: no image",
            "  v.png and t.png (0.988, another class)",
            "  y.png and x.png (identical)",
            "  s_1.png: class 1, looks like class 2 (97.00 %)",
            "12.0 s");
        text.Split('\n').Single(l => l.StartsWith("class 1 ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Should().Equal("class", "1", "80", "20", "95.00", "%", "100.00", "%");
        Full.ToText(timings: false).Should().NotContain("12.0 s");
    }

    [Fact]
    public void ToMarkdown_EscapesNamesAndHasOneRowPerItem()
    {
        string text = Full.ToMarkdown();

        text.Should().ContainAll(
            "# resnet\\_test with 3 classes", "| a\\|b.png | no image |", "| s\\_1.png | class 1 | class 2 | 97.00 % |");
        text.Split('\n').Count(l => l.StartsWith("| class ", StringComparison.Ordinal)).Should().Be(3 + 2, "classes and confusions");
    }

    [Fact]
    public void ToJson_HasAllNumbers()
    {
        JsonElement json = JsonDocument.Parse(Full.ToJson()).RootElement;

        json.GetProperty("top1").GetProperty("correct").GetInt32().Should().Be(57);
        json.GetProperty("classes")[2].GetProperty("recall").GetDouble().Should().Be(90);
        json.GetProperty("learningCurve").GetArrayLength().Should().Be(3);
        json.GetProperty("duplicates")[0].GetProperty("similarity").GetDouble().Should().Be(0.98765);
        json.GetProperty("suspiciousLabels")[0].GetProperty("predictedClass").GetInt32().Should().Be(2);
        json.GetProperty("timing").GetProperty("featureSeconds").GetDouble().Should().Be(12);
        JsonDocument.Parse(Full.ToJson(timings: false)).RootElement.GetProperty("timing").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void Texts_ManyClasses_ShowThoseWithTheLowestRecall()
    {
        string text = Reports.Of(100, 10, c => c == 77 ? 5 : 0).ToText();

        text.Should().Contain("The 20 classes with the lowest recall").And.Contain("\nclass 77 ");
        text.Split('\n').Count(l => l.StartsWith("class ", StringComparison.Ordinal)).Should().Be(20);
    }

    [Fact]
    public void Texts_IndependentClasses_HaveNoValidationReport()
    {
        TrainingReport report = Full with { Validation = null, MeanAveragePrecision = 71.5 };

        report.ToText().Should().Contain("71.50 %").And.NotContain("top-1").And.NotContain("classified as");
        report.ToMarkdown().Should().Contain("| mean average precision | 71.50 % |");
        JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("top1").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void NextSteps_ProblemsOfTheImages_AreNamed()
        => NextSteps.Of(Full).Should().SatisfyRespectively(
            s => s.Should().StartWith("1 image could not be read and was left out."),
            s => s.Should().StartWith("2 validation images are identical or very similar to training images, 1 of them in another class."),
            s => s.Should().StartWith("1 label may be wrong.").And.Contain("'s_1.png': is it 'class 1' or 'class 2'?"),
            s => s.Should().StartWith("With 60 validation images, the 95 % interval of the accuracy is "),
            s => s.Should().Be(
                "From 120 to 240 training images, the validation accuracy changed from 84.00 % to 95.00 %: "
                + "more training images would probably raise it."));

    [Fact]
    public void NextSteps_RisingCurve_NamesTheWeakClasses()
    {
        TrainingReport report = Reports.Of(4, 200, c => c == 2 ? 90 : 10) with
        {
            LearningCurve = [new LearningCurvePoint(400, 95, 80), new LearningCurvePoint(800, 95, 85)],
        };

        NextSteps.Of(report).Should().ContainSingle().Which.Should().EndWith(
            "first of the classes with the lowest recall: 'class 2' (recall 55.00 %, 800 images).");
    }

    [Theory]
    [InlineData(95, false)]
    [InlineData(86, true)]
    public void NextSteps_FlatCurve_DoesNotPromiseMore(double trainingAccuracy, bool isUnderfitted)
    {
        TrainingReport report = Reports.Of(4, 200, _ => 30) with
        {
            LearningCurve = [new LearningCurvePoint(400, 95, 84.9), new LearningCurvePoint(800, trainingAccuracy, 85)],
        };

        string step = NextSteps.Of(report).Should().ContainSingle().Subject;
        step.Should().Contain("no rise above the standard error of 1.27 points").And.Contain("not clear whether more training images");
        step.Contains("try a hidden layer").Should().Be(isUnderfitted);
    }

    [Fact]
    public void NextSteps_SmallClasses_AreCounted()
    {
        TrainingReport report = Reports.Of(3, 500, _ => 0);
        report = report with { Classes = [report.Classes[0] with { TrainingImages = 2 }, .. report.Classes.Skip(1)] };

        NextSteps.Of(report).Should().ContainSingle().Which.Should().StartWith("1 class has fewer than 10 training images: 'class 0' (2).");
    }
}
