using Npgsql;

namespace ResNet.Net.Orleans.Tests;

public sealed class PostgresRightsTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    /// <summary>Some administrators take this right away from everybody.</summary>
    [StoreFact]
    public async Task LeaseShard_UserMayNotEndSessions_IsLoggedOnceAndGoesOn()
    {
        await using ITestDatabase database = await server.CreateAsync();
        await database.ExecuteAsync("CREATE ROLE limited LOGIN");
        await database.ExecuteAsync("GRANT ALL ON SCHEMA public TO limited");
        await database.ExecuteAsync(
            "DO $$ BEGIN EXECUTE (SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', oid::regprocedure) FROM pg_proc "
            + "WHERE proname = 'pg_terminate_backend'); END $$");
        string location = new NpgsqlConnectionStringBuilder(database.Location) { Username = "limited" }.ConnectionString;
        RecordingLoggers logs = new();
        await using JobStore store = await JobStore.OpenAsync(location, new JobStoreOptions { LoggerFactory = logs });
        await store.CreateJobAsync(
            new JobRequest
            {
                Source = new("list", "x"),
                Model = new("test", new string('a', 64), LabelSet.Cifar10, "profile, Center"),
                Options = new JobOptions { ShardSize = 5 },
            },
            GatedImages.Names(10));

        (await store.LeaseShardAsync("a"))!.Shard.Should().Be(0);
        (await store.LeaseShardAsync("a"))!.Shard.Should().Be(1);
        (await store.LeaseShardAsync("a")).Should().BeNull();
        logs.Of("StuckSessionsKept").Should().ContainSingle().Which.Exception.Should().BeOfType<JobStoreException>()
            .Which.Message.Should().Contain("pg_terminate_backend");
    }
}
