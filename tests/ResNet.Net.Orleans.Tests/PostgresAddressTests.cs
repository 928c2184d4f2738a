using Npgsql;

namespace ResNet.Net.Orleans.Tests;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgresql://user:p%40ss@db.example:6543/jobs?sslmode=verify-full", "db.example", 6543, "jobs", "user", "p@ss")]
    [InlineData("postgres://db", "db", 5432, null, null, null)]
    [InlineData("Host=db;Database=jobs;Username=u", "db", 5432, "jobs", "u", null)]
    public void ConnectionString_AddressOrPairs_SetsWhatIsGiven(
        string location, string host, int port, string? database, string? user, string? password)
    {
        PostgresJobStore.Accepts(location).Should().BeTrue();

        NpgsqlConnectionStringBuilder builder = new(PostgresJobStore.ConnectionString(location));

        (builder.Host, builder.Port, builder.Database, builder.Username, builder.Password).Should()
            .Be((host, port, database, user, password));
        builder.KeepAlive.Should().BePositive();
        builder.SslMode.Should().Be(location.Contains("verify-full", StringComparison.Ordinal) ? SslMode.VerifyFull : SslMode.Prefer);
    }

    [Theory]
    [InlineData("jobs.db")]
    [InlineData("/data/postgres/jobs.db")]
    public void Accepts_Path_IsFalse(string location) => PostgresJobStore.Accepts(location).Should().BeFalse();
}
