namespace ResNet.Net.Evaluation.Tests;

/// <summary>Opening a named pipe would block.</summary>
public sealed class SpecialDatasetFileTests : IDisposable
{
    private const string Reason = "*named pipe, a device or a socket*";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxFact]
    public void Open_NamedPipe_Throws()
    {
        foreach (string extension in (string[])["zip", "tar", "mdb", "txt", "csv"])
        {
            string path = NamedPipe.Create(_folder[$"data.{extension}"]);

            Action open = () => ImageDataset.Open(path, ColorModel.Labels).Dispose();
            open.Should().Throw<IOException>(extension).WithMessage(Reason);
        }

        ((Action)(() => GoldenArchive.Read(_folder["data.zip"]))).Should().Throw<IOException>().WithMessage(Reason);
    }

    [LinuxFact]
    public async Task Evaluate_NamedPipeAmongImages_FailsAlone()
    {
        NamedPipe.Create(_folder["red", "1.png"]);
        _folder.Write(Path.Combine("red", "2.png"), ColorModel.Image(255, 0, 0));
        using ImageDataset dataset = ImageDataset.Open(_folder.FullPath, ColorModel.Labels);
        using ResNetClassifier classifier = ColorModel.Create();

        EvaluationReport report = await Evaluator.EvaluateAsync(classifier, dataset);

        report.Images.Select(i => i.Succeeded).Should().Equal(false, true);
        report.Images[0].Error.Should().Match(Reason);
    }
}
