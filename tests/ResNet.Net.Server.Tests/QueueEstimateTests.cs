namespace ResNet.Net.Server.Tests;

public sealed class QueueEstimateTests
{
    private const int Concurrency = 2;

    [Fact]
    public void WaitFor_NothingMeasured_IsZero() => new QueueEstimate(Concurrency).WaitFor(1000).Should().Be(TimeSpan.Zero);

    [Fact]
    public void WaitFor_SlowFirstImages_AreIgnored()
    {
        QueueEstimate estimate = new(Concurrency);
        estimate.Add(TimeSpan.FromSeconds(5));
        estimate.Add(TimeSpan.FromSeconds(5));
        estimate.Add(TimeSpan.FromSeconds(0.01));

        estimate.WaitFor(100).TotalSeconds.Should().BeApproximately(0.5, 1e-9, "100 images of 10 ms, two at a time");
    }

    [Fact]
    public void WaitFor_OneSlowImage_IsForgottenWithinTwentyImages()
    {
        QueueEstimate estimate = Steady(0.01);
        estimate.Add(TimeSpan.FromSeconds(2));
        for (int i = 0; i < 20; i++)
        {
            estimate.Add(TimeSpan.FromSeconds(0.01));
        }

        estimate.WaitFor(100).TotalSeconds.Should().BeInRange(0.5, 0.6);
    }

    [Fact]
    public void WaitFor_SlowerImages_ApproachesTheirTime()
    {
        QueueEstimate estimate = Steady(0.01);
        for (int i = 0; i < 100; i++)
        {
            estimate.Add(TimeSpan.FromSeconds(0.1));
        }

        estimate.WaitFor(100).TotalSeconds.Should().BeInRange(4.9, 5);
    }

    private static QueueEstimate Steady(double seconds)
    {
        QueueEstimate estimate = new(Concurrency);
        for (int i = 0; i < 50; i++)
        {
            estimate.Add(TimeSpan.FromSeconds(seconds));
        }

        return estimate;
    }
}
