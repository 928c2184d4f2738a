using System.Globalization;
using ResNet.Net.Evaluation;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Evaluate;

/// <summary>Shows the progress of an evaluation and the accuracy so far.</summary>
internal sealed class EvaluationBar(ImageProgressBar bar) : IProgress<EvaluationProgress>
{
    public void Report(EvaluationProgress value) => bar.Report(
        new ImageProgress(value.Completed, value.Total, value.Failed, value.Resumed, value.Elapsed),
        double.IsNaN(value.Top1) ? "" : string.Create(CultureInfo.InvariantCulture, $", top-1 {value.Top1:F2} %"));
}
