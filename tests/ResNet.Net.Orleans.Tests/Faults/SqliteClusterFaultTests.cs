namespace ResNet.Net.Orleans.Tests;

/// <summary>Two worker processes on one SQLite file, killed in the middle of their shards.</summary>
public sealed class SqliteClusterFaultTests
{
    private const int Count = 1500;

    [Fact]
    public async Task Run_WorkersKilled_WritesEveryImageOnceAndRight()
    {
        Random random = new(21);
        await using FaultRun run = await FaultRun.CreateAsync(await new SqliteServer().CreateAsync(), Count, TimeSpan.FromSeconds(1));
        run.Start();
        run.Start();
        for (int i = 0; i < 3; i++)
        {
            await run.AdvanceAsync((10 * FaultRun.ShardSize) + random.Next(1, FaultRun.ShardSize));
            SiloProcess[] victims = i == 2 ? [.. run.Workers] : [run.Workers[random.Next(2)]];
            foreach (SiloProcess victim in victims)
            {
                await run.UntilHoldingAsync(victim);
                run.Kill(victim);
                (await run.OpenShardsAsync(victim)).Should().BePositive();
                run.Start();
            }
        }

        await run.FinishAsync();
        run.Count("ShardFailed").Should().Be(0);
    }
}
