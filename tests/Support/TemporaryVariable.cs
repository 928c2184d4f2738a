namespace ResNet.Net.Tests.Support;

/// <summary>Sets an environment variable of the process, and restores its previous value when disposed.</summary>
internal sealed class TemporaryVariable : IDisposable
{
    private readonly string _name;
    private readonly string? _previous;

    public TemporaryVariable(string name, string? value)
    {
        _name = name;
        _previous = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
    }

    public void Dispose() => Environment.SetEnvironmentVariable(_name, _previous);
}
