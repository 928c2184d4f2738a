using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ResNet.Net.Orleans.Tests;

public sealed class SqliteServer : ITestServer
{
    public Task<ITestDatabase> CreateAsync() => Task.FromResult<ITestDatabase>(new Database());

    private sealed class Database : ITestDatabase
    {
        private readonly TemporaryFolder _folder = new();
        private SqliteConnection? _lock;

        public string Location => _folder["jobs.db"];

        public async Task<int> ExecuteAsync(string sql)
        {
            await using SqliteConnection connection = await OpenAsync();
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            return await command.ExecuteNonQueryAsync();
        }

        public async Task<long> QueryAsync(string sql)
        {
            await using SqliteConnection connection = await OpenAsync();
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
        }

        // What is left of a stop in a file: another process that holds its lock.
        public async Task StopAsync()
        {
            _lock = await OpenAsync();
            await using SqliteCommand command = _lock.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            await command.ExecuteNonQueryAsync();
        }

        public async Task StartAsync()
        {
            await _lock!.DisposeAsync();
            _lock = null;
        }

        public async ValueTask DisposeAsync()
        {
            if (_lock is not null)
            {
                await StartAsync();
            }

            _folder.Dispose();
        }

        private async Task<SqliteConnection> OpenAsync()
        {
            SqliteConnection connection
                = new(new SqliteConnectionStringBuilder { DataSource = Location, Pooling = false }.ToString());
            await connection.OpenAsync();
            return connection;
        }
    }
}
