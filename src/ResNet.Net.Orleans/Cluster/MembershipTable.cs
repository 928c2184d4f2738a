using System.Globalization;

namespace ResNet.Net.Orleans;

/// <summary>
/// The membership of the cluster in the database of the jobs, so that a cluster needs one database and nothing else, and SQLite serves the
/// silos of one machine.
/// </summary>
/// <remarks>
/// Orleans requires that a row and the version of the table change together: both are one transaction. Times of reports are those of the
/// database, so that a wrong clock of a machine doesn't make it look dead.
/// </remarks>
internal sealed class MembershipTable(JobStore store) : IMembershipTable
{
    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId) => store.DeleteSilosAsync(TimeSpan.Zero, null, CancellationToken.None);

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate)
        => store.DeleteSilosAsync(TimeProvider.System.GetUtcNow() - beforeDate, (int)SiloStatus.Dead, CancellationToken.None);

    public async Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        string address = key.ToParsableString();
        return await ReadAsync(s => s.Address == address);
    }

    public Task<MembershipTableData> ReadAll() => ReadAsync(_ => true);

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => WriteAsync(entry, isNew: true, tableVersion);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
        => WriteAsync(entry, isNew: false, tableVersion);

    public Task UpdateIAmAlive(MembershipEntry entry) => store.TouchSiloAsync(entry.SiloAddress.ToParsableString(), CancellationToken.None);

    private async Task<MembershipTableData> ReadAsync(Func<SiloRow, bool> isWanted)
    {
        (int version, IReadOnlyList<SiloRow> silos) = await store.ReadSilosAsync(CancellationToken.None);
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new MembershipTableData(
            [.. silos.Where(isWanted).Select(s => Tuple.Create(EntryOf(s, now), Text(s.Etag)))],
            new TableVersion(version, Text(version)));
    }

    private Task<bool> WriteAsync(MembershipEntry entry, bool isNew, TableVersion version)
        => store.WriteSiloAsync(
            RowOf(entry), isNew, int.Parse(version.VersionEtag, CultureInfo.InvariantCulture), version.Version, CancellationToken.None);

    private static SiloRow RowOf(MembershipEntry entry) => new()
    {
        Address = entry.SiloAddress.ToParsableString(),
        Status = (int)entry.Status,
        Suspects = string.Join(
            ' ',
            (entry.SuspectTimes ?? []).Select(s => string.Create(
                CultureInfo.InvariantCulture, $"{s.Item1.ToParsableString()}={s.Item2.Ticks}"))),
        Silo = entry.SiloName ?? "",
        Host = entry.HostName ?? "",
        GatewayPort = entry.ProxyPort,
    };

    private static MembershipEntry EntryOf(SiloRow row, DateTime now) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(row.Address),
        Status = (SiloStatus)row.Status,
        SuspectTimes =
        [
            .. row.Suspects.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=')).Select(s => Tuple.Create(
                SiloAddress.FromParsableString(s[0]), new DateTime(long.Parse(s[1], CultureInfo.InvariantCulture), DateTimeKind.Utc))),
        ],
        SiloName = row.Silo,
        HostName = row.Host,
        ProxyPort = row.GatewayPort,
        StartTime = row.StartedAt.UtcDateTime,

        // By the clock of this machine, which Orleans compares it with.
        IAmAliveTime = now - row.Age,
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
