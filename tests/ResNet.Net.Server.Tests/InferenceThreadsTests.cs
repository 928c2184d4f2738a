namespace ResNet.Net.Server.Tests;

public sealed class InferenceThreadsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public void Batches_MoreThanThreads_AllRunOnAtMostThatManyThreads()
    {
        const int Count = 200;
        using CountdownEvent ended = new(Count);
        HashSet<Thread> threads = [];
        using InferenceThreads pool = new("test", 2);
        for (int i = 0; i < Count; i++)
        {
            pool.Queue(new Work(() =>
            {
                lock (threads)
                {
                    threads.Add(Thread.CurrentThread);
                }

                ended.Signal();
            }));
        }

        ended.Wait(Limit).Should().BeTrue();

        threads.Should().HaveCountLessThanOrEqualTo(2).And.OnlyContain(thread => !thread.IsThreadPoolThread && thread.Name == "test");
    }

    [Fact]
    public void Batches_ThatWaitForEachOther_RunAtTheSameTime()
    {
        using Barrier together = new(3);
        using CountdownEvent ended = new(6);
        using InferenceThreads pool = new("test", 3);
        for (int i = 0; i < 6; i++)
        {
            pool.Queue(new Work(() =>
            {
                together.SignalAndWait(Limit).Should().BeTrue();
                ended.Signal();
            }));
        }

        ended.Wait(Limit).Should().BeTrue();
    }

    [Fact]
    public void Dispose_WithBatchesInTheQueue_RunsThemAndEndsTheThreads()
    {
        using ManualResetEventSlim open = new();
        Thread? thread = null;
        int ran = 0;
        InferenceThreads pool = new("test", 1);
        pool.Queue(new Work(() =>
        {
            thread = Thread.CurrentThread;
            open.Wait(Limit);
        }));
        using ManualResetEventSlim last = new();
        pool.Queue(new Work(() => ran++));
        pool.Queue(new Work(() =>
        {
            ran++;
            last.Set();
        }));

        pool.Dispose();
        open.Set();

        last.Wait(Limit).Should().BeTrue();
        thread!.Join(Limit).Should().BeTrue();
        ran.Should().Be(2);
    }

    private sealed class Work(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}
