namespace ResNet.Net.Tests;

public class ProgressReporterTests
{
    [Fact]
    public void Advance_VeryOften_IsThrottled()
    {
        RecordedProgress progress = new();
        ProgressReporter reporter = new(StoredFile.ModelOf(ResNetVariant.ResNet18V1).Single(), progress);
        reporter.Begin(ModelDownloadStage.Downloading, "a", 0);

        for (int i = 1; i <= 1000; i++)
        {
            reporter.Advance(i);
        }

        reporter.Done("path");
        progress.Reports.Should().HaveCountLessThan(500);
        progress.Reports[^1].Should().Match<ModelDownloadProgress>(
            r => r.Stage == ModelDownloadStage.Done && r.Bytes == r.TotalBytes && r.Source == "path");
    }

    [Fact]
    public void BytesPerSecond_ResumedDownload_ExcludesExistingBytes()
    {
        RecordedProgress progress = new();
        ProgressReporter reporter = new(StoredFile.ModelOf(ResNetVariant.ResNet18V1).Single(), progress);
        reporter.Begin(ModelDownloadStage.Downloading, "a", 40_000_000);
        Thread.Sleep(150);

        reporter.Advance(40_000_010);

        progress.Reports.Should().HaveCount(2);
        progress.Reports[0].BytesPerSecond.Should().Be(0);
        progress.Reports[1].BytesPerSecond.Should().BeInRange(0.01, 70, "ten bytes were received in 0.15 s or more");
    }

    [Fact]
    public void Notice_Any_IsReportedImmediately()
    {
        RecordedProgress progress = new();
        ProgressReporter reporter = new(StoredFile.ModelOf(ResNetVariant.ResNet18V1).Single(), progress);
        reporter.Begin(ModelDownloadStage.Downloading, "a", 0);

        reporter.Notice("one");
        reporter.Notice("two");

        progress.Notices.Should().Equal("one", "two");
    }
}
