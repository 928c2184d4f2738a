using System.Data.Common;
using Npgsql;

namespace ResNet.Net.Orleans.Tests;

public sealed class SqliteMigrationTests(SqliteServer server) : MigrationTests(server), IClassFixture<SqliteServer>;

public sealed class PostgresMigrationTests(PostgresServer server) : MigrationTests(server), IClassFixture<PostgresServer>;

public abstract class MigrationTests(ITestServer server)
{
    [StoreFact]
    public async Task Open_EmptyDatabase_CreatesEveryTable()
    {
        await using ITestDatabase database = await server.CreateAsync();

        await using JobStore store = await JobStore.OpenAsync(database.Location);

        (await database.QueryAsync("SELECT MAX(version) FROM resnet_migrations")).Should().Be(Schema.Version);
        foreach (string table in (string[])["jobs", "labels", "shards", "shard_names", "results", "refusals", "predictions"])
        {
            (await database.QueryAsync($"SELECT COUNT(*) FROM resnet_{table}")).Should().Be(0);
        }
    }

    [StoreFact]
    public async Task Open_OlderTables_KeepsTheirRows()
    {
        await using ITestDatabase database = await server.CreateAsync();
        await using (SqlDialect dialect = DialectOf(database))
        {
            await using DbConnection connection = await dialect.OpenAsync(CancellationToken.None);
            await Schema.MigrateAsync(dialect, connection, target: 1, CancellationToken.None);
        }

        await database.ExecuteAsync(
            "INSERT INTO resnet_jobs (submission, source_kind, source_location, model_id, model_sha256, model_preprocessing, labels_name, "
            + $"top_k, shard_size, lease_ms, max_attempts, state, created_at) VALUES ('s', 'folder', '/x', 'm', "
            + $"'{new string('b', 64)}', 'p', 'l', 1, 10, 60000, 5, 1, 1000)");
        await database.ExecuteAsync("INSERT INTO resnet_labels (job, class, label, synset) VALUES (1, 0, 'cat', 'n1')");
        await database.ExecuteAsync("INSERT INTO resnet_results (job, image, path, error) VALUES (1, 0, 'a.png', 'why')");

        await using JobStore store = await JobStore.OpenAsync(database.Location);

        (await database.QueryAsync("SELECT MAX(version) FROM resnet_migrations")).Should().Be(Schema.Version);
        JobStatus job = (await store.ListJobsAsync()).Should().ContainSingle().Subject;
        (job.Job.Model.Labels[0], job.Job.Model.Labels.GetSynsetId(0)).Should().Be(("cat", "n1"));
        job.Job.CreatedAt.ToUnixTimeMilliseconds().Should().Be(1000);
        await store.RecordRefusalAsync(job.Job.Id, "a", "b");
        List<ImageResult> rows = await store.ReadResultsAsync(job.Job.Id).ToListAsync();
        rows.Select(r => (r.Index, r.Name, r.Error)).Should().Equal((0, "a.png", "why"));
    }

    [StoreFact]
    public async Task Open_WithoutCreatingTables_ChangesNothing()
    {
        await using ITestDatabase database = await server.CreateAsync();
        await database.ExecuteAsync("CREATE TABLE other (id INTEGER)");
        JobStoreOptions options = new() { CreateTables = false };

        await FluentActions.Awaiting(() => JobStore.OpenAsync(database.Location, options)).Should()
            .ThrowAsync<JobStoreException>().WithMessage("*has no tables of jobs*");

        await FluentActions.Awaiting(() => database.QueryAsync("SELECT COUNT(*) FROM resnet_migrations")).Should()
            .ThrowAsync<DbException>();
        await (await JobStore.OpenAsync(database.Location)).DisposeAsync();
        await using JobStore store = await JobStore.OpenAsync(database.Location, options);
        (await store.ListJobsAsync()).Should().BeEmpty();
    }

    [StoreFact]
    public async Task Open_NewerTables_IsRefused()
    {
        await using ITestDatabase database = await server.CreateAsync();
        await (await JobStore.OpenAsync(database.Location)).DisposeAsync();
        await database.ExecuteAsync("INSERT INTO resnet_migrations (version, applied_at) VALUES (99, 0)");

        JobStoreException error = (await FluentActions.Awaiting(() => JobStore.OpenAsync(database.Location))
            .Should().ThrowAsync<JobStoreException>()).Which;

        error.Message.Should().Contain("version 99").And.Contain("Update");
        error.IsTransient.Should().BeFalse();
    }

    [StoreFact]
    public async Task Open_ManyMachinesAtOnce_MigrateOnce()
    {
        await using ITestDatabase database = await server.CreateAsync();

        JobStore[] stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => JobStore.OpenAsync(database.Location)));

        (await database.QueryAsync("SELECT COUNT(*) FROM resnet_migrations")).Should().Be(Schema.Version);
        foreach (JobStore store in stores)
        {
            await store.DisposeAsync();
        }
    }

    private static SqlDialect DialectOf(ITestDatabase database) => PostgresJobStore.Accepts(database.Location)
        ? new PostgresDialect(NpgsqlDataSource.Create(database.Location))
        : new SqliteDialect(database.Location);
}
