using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ResNet.Net.Orleans.Tests;

/// <summary>A PostgreSQL server on the loopback interface, with a data folder of its own, for the tests of one class.</summary>
public sealed class PostgresServer : ITestServer, IAsyncLifetime
{
    private const string User = "resnet";

    private readonly string _data = Path.Combine(Path.GetTempPath(), $"resnet-postgres-{Guid.NewGuid():N}");
    private readonly int _port = FreePort();
    private Process? _process;
    private int _databases;

    /// <summary>Gets why the server can't run here; null if it can. In CI, its tests must fail instead.</summary>
    public static string? MissingReason { get; } = BinFolder() is not null || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : "needs the server of PostgreSQL, such as Debian's package postgresql, in /usr/lib/postgresql or on the path";

    public async Task InitializeAsync()
    {
        if (MissingReason is not null)
        {
            return;
        }

        Directory.CreateDirectory(_data);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "nobody", _data);
        }

        await RunAsync(
            [.. AsUser(), Program("initdb"), "-D", _data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await StopAsync();
        }

        if (Directory.Exists(_data))
        {
            Directory.Delete(_data, recursive: true);
        }
    }

    public async Task<ITestDatabase> CreateAsync()
    {
        string name = $"test{Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture)}";
        await ExecuteAsync("postgres", $"CREATE DATABASE {name}");
        return new Database(this, name);
    }

    /// <summary>Gets the port on the loopback interface.</summary>
    public int Port => _port;

    /// <summary>Kills the server, as the kernel does that runs out of memory.</summary>
    public async Task StopAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async Task StartAsync()
    {
        string[] command =
        [
            .. AsUser(), Program("postgres"), "-D", _data, "-p", _port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=200",
        ];

        // The children of a killed server take a moment to notice, and hold its shared memory until then.
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            _process ??= Start(command);
            try
            {
                await ExecuteAsync("postgres", "SELECT 1");
                return;
            }
            catch (NpgsqlException) when (watch.Elapsed < TimeSpan.FromSeconds(60))
            {
                if (_process.HasExited)
                {
                    _process.Dispose();
                    _process = null;
                }

                await Task.Delay(50);
            }
        }
    }

    private static string? BinFolder()
    {
        const string Debian = "/usr/lib/postgresql";
        IEnumerable<string> folders = Directory.Exists(Debian) ? Directory.GetDirectories(Debian).Select(v => Path.Combine(v, "bin")) : [];
        return folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .FirstOrDefault(f => File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "postgres")));
    }

    private static string Program(string name)
        => Path.Combine(BinFolder() ?? throw new InvalidOperationException("There is no server of PostgreSQL on this machine."), name);

    // The server refuses to run as root.
    private static string[] AsUser() => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=nobody", "--clear-groups"] : [];

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Process Start(params string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task RunAsync(params string[] command)
    {
        using Process process = Start(command);
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, $"{string.Join(' ', command)} succeeds");
    }

    private string ConnectionString(string database)
        => $"Host=127.0.0.1;Port={_port.ToString(CultureInfo.InvariantCulture)};Database={database};Username={User}";

    private async Task<int> ExecuteAsync(string database, string sql)
    {
        await using NpgsqlConnection connection = new($"{ConnectionString(database)};Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    private sealed class Database(PostgresServer server, string name) : ITestDatabase
    {
        public string Location => server.ConnectionString(name);

        public Task<int> ExecuteAsync(string sql) => server.ExecuteAsync(name, sql);

        public async Task<long> QueryAsync(string sql)
        {
            await using NpgsqlConnection connection = new($"{Location};Pooling=false");
            await connection.OpenAsync();
            await using NpgsqlCommand command = new(sql, connection);
            return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
        }

        public Task StopAsync() => server.StopAsync();

        public Task StartAsync() => server.StartAsync();

        // The whole server is deleted.
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
