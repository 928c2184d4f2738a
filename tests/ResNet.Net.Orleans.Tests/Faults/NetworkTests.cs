namespace ResNet.Net.Orleans.Tests;

/// <summary>Silos on two hosts, whose cable is pulled. Skipped where hosts can't be made.</summary>
public sealed class NetworkTests
{
    private const int Count = 12_000; // slow machines release more until a worker holds a shard

    [NetworkFact]
    public async Task Run_CablePulledAndPluggedIn_WritesEveryImageOnceAndRight()
    {
        using NetworkHost host = new();
        using TemporaryFolder folder = new();
        string access = folder.Write("hba.conf", $"host all all 127.0.0.1/32 trust\nhost all all {host.Network} trust\n");
        string settings = $"listen_addresses=127.0.0.1,{host.Address}";
        PostgresServer server = new() { Settings = ["-c", "fsync=off", "-c", $"hba_file={access}", "-c", settings] };
        try
        {
            await server.InitializeAsync();
            ITestDatabase database = await server.CreateAsync();
            await using FaultRun run = await FaultRun.CreateAsync(database, Count, TimeSpan.FromSeconds(2));
            run.Start(database.Location, host.Address);
            string location = database.Location.Replace("127.0.0.1", host.Address, StringComparison.Ordinal);
            SiloProcess far = run.Start(location, host.OwnAddress, host.Prefix);

            for (int pulls = 0; pulls < 2; pulls++)
            {
                await run.AdvanceAsync((10 * FaultRun.ShardSize) + 7);
                await run.UntilHoldingAsync(far);
                int lost = far.Count("LeaseLost");
                host.Disconnect();
                await run.UntilTakenAsync(far);
                if (pulls == 0)
                {
                    host.Connect();
                    await run.UntilAsync(() => Task.FromResult(far.Count("LeaseLost") > lost), "the late worker finds its shard taken");
                }
            }

            // A host that is gone for good.
            run.Kill(far);
            host.Connect();
            run.Start(location, host.OwnAddress, host.Prefix);
            await run.FinishAsync();
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NetworkFactAttribute : FactAttribute
    {
        public NetworkFactAttribute() => Skip = NetworkHost.MissingReason ?? PostgresServer.MissingReason;
    }
}
