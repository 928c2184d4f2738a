using System.Globalization;

namespace ResNet.Net.Orleans.Tests;

/// <summary>A PostgreSQL server for the tests of one class.</summary>
public sealed class PostgresServer : ITestServer, IAsyncLifetime
{
    private readonly PostgresProcess _process = PostgresProcess.OnFreePort();
    private int _databases;

    /// <summary>Gets why the server can't run here; null if it can. In CI, its tests must fail instead.</summary>
    public static string? MissingReason { get; } = PostgresProcess.IsInstalled || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : "needs the server of PostgreSQL, such as Debian's package postgresql, in /usr/lib/postgresql or on the path";

    /// <summary>Gets the port on the loopback interface.</summary>
    public int Port => _process.Port;

    /// <summary>Gets the arguments of the server.</summary>
    internal string[] Settings { get; init; } = ["-c", "fsync=off"]; // tests kill processes, not the machine

    public async Task InitializeAsync()
    {
        if (MissingReason is null)
        {
            await _process.CreateAsync(Settings);
        }
    }

    public async Task DisposeAsync() => await _process.DisposeAsync();

    public Task<ITestDatabase> CreateAsync() => CreateAsync(null);

    /// <summary>Creates a database whose tables are in a folder of their own.</summary>
    /// <param name="folder">An empty folder; null for the data folder of the server.</param>
    public async Task<ITestDatabase> CreateAsync(string? folder)
    {
        string name = $"test{Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture)}";
        await _process.CreateDatabaseAsync(name, folder);
        return new Database(this, name);
    }

    /// <summary>Kills the first process of the server, as the kernel does that runs out of memory.</summary>
    public Task StopAsync() => _process.KillAsync(withChildren: false);

    /// <summary>Kills all processes of the server, as a machine that fails does.</summary>
    public Task StopAllAsync() => _process.KillAsync(withChildren: true);

    public Task StartAsync() => _process.StartAsync(Settings);

    private sealed class Database(PostgresServer server, string name) : ITestDatabase
    {
        public string Location => server._process.ConnectionString(name);

        public Task<int> ExecuteAsync(string sql) => server._process.ExecuteAsync(name, sql);

        public Task<long> QueryAsync(string sql) => server._process.QueryAsync(name, sql);

        public Task StopAsync() => server.StopAsync();

        public Task StartAsync() => server.StartAsync();

        // The whole server is deleted.
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
