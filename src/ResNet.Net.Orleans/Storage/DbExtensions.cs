using System.Data.Common;
using System.Globalization;

namespace ResNet.Net.Orleans;

internal static class DbExtensions
{
    /// <summary>Creates a command in a transaction.</summary>
    public static DbCommand Sql(this DbTransaction transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
        => Create(transaction.Connection!, transaction, sql, parameters);

    /// <summary>Creates a command outside of a transaction.</summary>
    public static DbCommand Sql(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
        => Create(connection, null, sql, parameters);

    /// <summary>Gives a command the time that all shards of a large job need.</summary>
    public static DbCommand WithTime(this DbCommand command)
    {
        const int Seconds = 1800;
        command.CommandTimeout = Seconds;
        return command;
    }

    /// <summary>Runs and disposes a command.</summary>
    /// <returns>The number of changed rows.</returns>
    public static async Task<int> RunAsync(this DbCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Runs and disposes a query for one integer.</summary>
    /// <returns>The integer; null if there is no row, or its value is null.</returns>
    public static async Task<long?> ReadLongAsync(this DbCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            object? value = await command.ExecuteScalarAsync(cancellationToken);
            return value is null or DBNull ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Runs and disposes a query.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(
        this DbCommand command, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            List<T> rows = [];
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }

    public static string? GetText(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? GetLong(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static DateTimeOffset? GetTime(this DbDataReader reader, int column)
        => reader.GetLong(column) is long milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static DbCommand Create(
        DbConnection connection, DbTransaction? transaction, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        DbCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach ((string name, object? value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
