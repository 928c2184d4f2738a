namespace ResNet.Net.Orleans.Tests;

/// <summary>Provides empty databases for tests.</summary>
public interface ITestServer
{
    /// <summary>Creates an empty database.</summary>
    Task<ITestDatabase> CreateAsync();
}

/// <summary>A database of one test.</summary>
public interface ITestDatabase : IAsyncDisposable
{
    /// <summary>Gets what <see cref="JobStore.OpenAsync"/> takes.</summary>
    string Location { get; }

    /// <summary>Runs a statement.</summary>
    Task<int> ExecuteAsync(string sql);

    /// <summary>Runs a query for one value.</summary>
    Task<long> QueryAsync(string sql);

    /// <summary>Makes the database unavailable for writers.</summary>
    Task StopAsync();

    /// <summary>Makes the database available again.</summary>
    Task StartAsync();
}
