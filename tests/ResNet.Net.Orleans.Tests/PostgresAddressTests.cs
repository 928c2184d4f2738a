using Npgsql;

namespace ResNet.Net.Orleans.Tests;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgresql://user:p%40ss@db.example:6543/jobs?sslmode=verify-full", "db.example", 6543, "jobs", "user", "p@ss")]
    [InlineData("postgres://db", "db", 5432, null, null, null)]
    [InlineData("Host=db;Database=jobs;Username=u", "db", 5432, "jobs", "u", null)]
    [InlineData("Username = u; Host = db; Database = jobs; Password = p=1 q=2", "db", 5432, "jobs", "u", "p=1 q=2")]
    [InlineData("postgresql:///jobs?host=db&user=u&password=p-q", "db", 5432, "jobs", "u", "p-q")]
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
    [InlineData("/data/ghost=1/jobs.db")]
    [InlineData("C:\\data\\jobs.db")]
    public void Accepts_Path_IsFalse(string location) => PostgresJobStore.Accepts(location).Should().BeFalse();

    [Fact]
    public void ConnectionString_ParametersOfLibpq_AreThoseOfNpgsql()
    {
        NpgsqlConnectionStringBuilder builder = new(PostgresJobStore.ConnectionString(
            "postgresql://db/jobs?sslmode=verify-ca&sslrootcert=/etc/my-ca.pem&sslcert=/etc/my-cert.pem&sslkey=/etc/my-key.pem"
            + "&application_name=night-run&connect_timeout=7&target_session_attrs=read-write&channel_binding=require"
            + "&options=-c%20search_path%3Da-b"));

        builder.SslMode.Should().Be(SslMode.VerifyCA);
        builder.RootCertificate.Should().Be("/etc/my-ca.pem");
        builder.SslCertificate.Should().Be("/etc/my-cert.pem");
        builder.SslKey.Should().Be("/etc/my-key.pem");
        builder.ApplicationName.Should().Be("night-run");
        builder.Timeout.Should().Be(7);
        builder.TargetSessionAttributes.Should().Be("read-write");
        builder.ChannelBinding.Should().Be(ChannelBinding.Require);
        builder.Options.Should().Be("-c search_path=a-b");
    }

    [Theory]
    [InlineData("mysql://u:sesame@h/db", "postgresql://")]
    [InlineData("postgresql+psycopg2://u:sesame@h/db", "postgresql://")]
    [InlineData("MySQL://u:sesame@h/db", "postgresql://")]
    [InlineData("host=h port=5432 password=sesame", "Host=db;")]
    [InlineData("dbname=jobs user=u host=h password=sesame", "Host=db;")]
    [InlineData("user=u password=sesame host=h", "Host=db;")]
    [InlineData("database=jobs password=sesame;host=h", "Host=db;")]
    [InlineData("dbname=jobs password=sesame", "Host=db;")]
    [InlineData("Password = sesame", "Host=db;")]
    [InlineData("Hst=h;Password=sesame", "Host=db;")]
    [InlineData("Host=;Password=sesame", "Host=db;")]
    [InlineData("postgresql://u:12/sesame@h/db", "%2F")]
    [InlineData("postgresql://u:12#sesame@h/db", "%23")]
    [InlineData("postgresql://u:12?sesame@h/db", "Remove it")]
    [InlineData("postgresql://u:sesame@h/db?keepalives_idle=9", "'keepalives_idle'")]
    [InlineData("postgresql://u:sesame@h/db?connect_timeout=sesame", "'connect_timeout'")]
    public async Task Open_NotValid_IsSaidWithoutThePassword(string location, string remedy)
    {
        Func<Task> open = () => JobStore.OpenAsync(location, new JobStoreOptions { RetryTime = TimeSpan.Zero });

        (await open.Should().ThrowAsync<ArgumentException>()).Which.Message.Should().Contain(remedy).And.NotContain("sesame");
    }
}
