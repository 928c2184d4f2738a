using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ResNet.Net.Orleans.Tests;

/// <summary>A PostgreSQL server on the loopback interface with a data folder of its own. The benchmarks use it too.</summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    private const string User = "resnet";

    private readonly string _data = Path.Combine(Path.GetTempPath(), $"resnet-postgres-{Guid.NewGuid():N}");
    private Process? _process;

    private PostgresProcess()
    {
    }

    /// <summary>Gets whether this machine has the programs of a server.</summary>
    public static bool IsInstalled => BinFolder() is not null;

    /// <summary>Gets the port on the loopback interface.</summary>
    public int Port { get; } = FreePort();

    /// <summary>Gets the id of the process that started all others of the server.</summary>
    public int Id => _process!.Id;

    /// <summary>Describes a server on a free port.</summary>
    public static PostgresProcess OnFreePort() => new();

    /// <summary>Creates the data folder and starts the server.</summary>
    /// <param name="settings">Arguments of the server.</param>
    public async Task CreateAsync(params string[] settings)
    {
        Directory.CreateDirectory(_data);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "nobody", _data);
        }

        await RunAsync(
            [.. AsUser(), Program("initdb"), "-D", _data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        await StartAsync(settings);
    }

    /// <summary>Creates a database.</summary>
    /// <param name="name">The name.</param>
    /// <param name="folder">An empty folder for its tables; null for the data folder.</param>
    public async Task CreateDatabaseAsync(string name, string? folder = null)
    {
        if (folder is not null)
        {
            await RunAsync("chown", "nobody", folder);
            await ExecuteAsync("postgres", $"CREATE TABLESPACE {name} LOCATION '{folder}'");
        }

        await ExecuteAsync("postgres", $"CREATE DATABASE {name}{(folder is null ? "" : $" TABLESPACE {name}")}");
    }

    /// <summary>Starts a server that was killed.</summary>
    public async Task StartAsync(params string[] settings)
    {
        string[] command =
        [
            .. AsUser(), Program("postgres"), "-D", _data, "-p", Port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200", .. settings,
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

    /// <summary>Kills the server.</summary>
    /// <param name="withChildren">Whether to kill all of its processes, as a machine that fails does.</param>
    public async Task KillAsync(bool withChildren)
    {
        _process!.Kill(withChildren);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public string ConnectionString(string database)
        => $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Database={database};Username={User}";

    public async Task<int> ExecuteAsync(string database, string sql)
    {
        await using NpgsqlConnection connection = new($"{ConnectionString(database)};Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs a query for one value.</summary>
    public async Task<long> QueryAsync(string database, string sql)
    {
        await using NpgsqlConnection connection = new($"{ConnectionString(database)};Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync(withChildren: true);
        }

        if (Directory.Exists(_data))
        {
            Directory.Delete(_data, recursive: true);
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
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} failed with exit code {process.ExitCode}.");
        }
    }
}
