using System.Globalization;
using ResNet.Net.Evaluation;
using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Evaluate;

/// <summary>Shows how far an evaluation is, and the accuracy so far.</summary>
internal sealed class EvaluationBar(PictureBar bar) : IProgress<EvaluationProgress>
{
    public void Report(EvaluationProgress value) => bar.Report(
        new PictureProgress(value.Completed, value.Total, value.Failed, value.Resumed, value.Elapsed),
        string.Create(CultureInfo.InvariantCulture, $", top-1 {value.Top1:F2} %"));
}
