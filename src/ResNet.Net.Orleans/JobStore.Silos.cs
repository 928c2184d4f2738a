using System.Data.Common;
using System.Globalization;

namespace ResNet.Net.Orleans;

public abstract partial class JobStore
{
    // Silos report every SiloReportInterval; one that missed several reports doesn't run.
    internal static readonly TimeSpan SiloReportInterval = TimeSpan.FromSeconds(10);

    private const int MissedReports = 3;

    private const string SiloColumns
        = "s.address, s.etag, s.status, s.suspects, s.silo, s.host, s.gateway_port, s.started_at, s.seen_at";

    /// <summary>Gets the silos that run: those that were seen in the last 30 seconds, by the clock of the database.</summary>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <returns>The silos, the longest running first.</returns>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task<IReadOnlyList<ClusterSilo>> GetSilosAsync(CancellationToken cancellationToken = default)
    {
        (_, IReadOnlyList<SiloRow> silos) = await ReadSilosAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. silos.Where(s => s.Status == (int)SiloStatus.Active && s.Age < SiloReportInterval * MissedReports)
                .OrderBy(s => s.StartedAt)
                .Select(s => new ClusterSilo(s.Silo, s.Host, s.Address, s.StartedAt, s.SeenAt)),
        ];
    }

    /// <summary>Verifies that the database answers.</summary>
    internal Task PingAsync(CancellationToken cancellationToken)
        => ExecuteAsync("ping", (connection, _) => connection.Sql("SELECT 1").ReadLongAsync(cancellationToken), cancellationToken);

    /// <summary>Reads the membership of the cluster and its version.</summary>
    internal Task<(int Version, IReadOnlyList<SiloRow> Silos)> ReadSilosAsync(CancellationToken cancellationToken)
        => ExecuteAsync<(int, IReadOnlyList<SiloRow>)>(
            "read silos",
            async (connection, _) =>
            {
                // One statement, so that the version belongs to the rows.
                List<(int Version, SiloRow? Silo)> rows = await connection.Sql(
                    $"SELECT m.version, {_dialect.Now}, {SiloColumns} FROM {Schema.Membership} m LEFT JOIN {Schema.Silos} s ON 1 = 1")
                    .ReadAllAsync(r => (r.GetInt32(0), ReadSilo(r)), cancellationToken);
                return (rows[0].Version, [.. rows.Select(r => r.Silo).OfType<SiloRow>()]);
            },
            cancellationToken);

    /// <summary>Writes the row of one silo and the next version of the membership, if nothing changed since it was read.</summary>
    /// <param name="silo">The row.</param>
    /// <param name="isNew">Whether the silo must be absent; otherwise, it must be there.</param>
    /// <param name="expected">The version that was read.</param>
    /// <param name="next">The next version.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal Task<bool> WriteSiloAsync(SiloRow silo, bool isNew, int expected, int next, CancellationToken cancellationToken)
        => TransactAsync(
            "write silo",
            async (transaction, _) =>
            {
                long? version = await transaction.Sql($"SELECT version FROM {Schema.Membership}{_dialect.ForUpdate}")
                    .ReadLongAsync(cancellationToken);
                bool exists = await transaction.Sql(
                    $"SELECT COUNT(*) FROM {Schema.Silos} WHERE address = @address", ("address", silo.Address))
                    .ReadLongAsync(cancellationToken) > 0;
                if (version != expected || exists == isNew)
                {
                    return false;
                }

                await transaction.Sql($"UPDATE {Schema.Membership} SET version = @next", ("next", next)).RunAsync(cancellationToken);
                await transaction.Sql(
                    isNew
                        ? $"INSERT INTO {Schema.Silos} (address, etag, status, suspects, silo, host, gateway_port, started_at, seen_at) "
                            + $"VALUES (@address, @etag, @status, @suspects, @silo, @host, @gateway, {_dialect.Now}, {_dialect.Now})"
                        : $"UPDATE {Schema.Silos} SET etag = @etag, status = @status, suspects = @suspects, silo = @silo, host = @host, "
                            + "gateway_port = @gateway WHERE address = @address",
                    ("address", silo.Address),
                    ("etag", next),
                    ("status", silo.Status),
                    ("suspects", silo.Suspects),
                    ("silo", SqlDialect.Text(silo.Silo)),
                    ("host", SqlDialect.Text(silo.Host)),
                    ("gateway", silo.GatewayPort)).RunAsync(cancellationToken);
                return true;
            },
            cancellationToken);

    /// <summary>Records that a silo runs.</summary>
    internal Task TouchSiloAsync(string address, CancellationToken cancellationToken)
        => ExecuteAsync(
            "touch silo",
            (connection, _) => connection.Sql(
                $"UPDATE {Schema.Silos} SET seen_at = {_dialect.Now} WHERE address = @address", ("address", address))
                .RunAsync(cancellationToken),
            cancellationToken);

    /// <summary>Deletes the rows of silos.</summary>
    /// <param name="age">Those that were last seen longer ago.</param>
    /// <param name="status">Those with this status; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal Task DeleteSilosAsync(TimeSpan age, int? status, CancellationToken cancellationToken)
    {
        string condition = status is int value ? string.Create(CultureInfo.InvariantCulture, $" AND status = {value}") : "";
        return ExecuteAsync(
            "delete silos",
            (connection, _) => connection.Sql(
                $"DELETE FROM {Schema.Silos} WHERE {_dialect.Now} - seen_at >= @age{condition}", ("age", (long)age.TotalMilliseconds))
                .RunAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>Reads a silo after the version and the time of the database; null if there is none.</summary>
    private static SiloRow? ReadSilo(DbDataReader reader)
    {
        const int First = 2;
        if (reader.IsDBNull(First))
        {
            return null;
        }

        long now = reader.GetInt64(First - 1), seen = reader.GetInt64(First + 8);
        return new SiloRow
        {
            Address = reader.GetString(First),
            Etag = reader.GetInt32(First + 1),
            Status = reader.GetInt32(First + 2),
            Suspects = reader.GetString(First + 3),
            Silo = reader.GetString(First + 4),
            Host = reader.GetString(First + 5),
            GatewayPort = reader.GetInt32(First + 6),
            StartedAt = reader.GetTime(First + 7)!.Value,
            SeenAt = reader.GetTime(First + 8)!.Value,
            Age = TimeSpan.FromMilliseconds(now - seen),
        };
    }
}
