namespace ResNet.Net.Fuzz;

/// <summary>
/// Represents code that reads untrusted input, and the inputs for it. The parent process creates inputs; a child process runs them.
/// </summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>Gets the memory in bytes by which an input may raise the peak of its process.</summary>
    public abstract long MemoryLimit { get; }

    /// <summary>Creates the unmutated inputs.</summary>
    public abstract IReadOnlyList<FuzzInput> CreateCorpus();

    /// <summary>Mutates an input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="other">An input to splice with.</param>
    /// <param name="random">The source of randomness.</param>
    public abstract FuzzInput Mutate(FuzzInput input, FuzzInput other, Random random);

    /// <summary>Prepares the child process, whose time and memory until then count for no input.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>Reads an input. Called in the child process, on one thread.</summary>
    /// <param name="input">The input.</param>
    /// <returns>The outcome. The method throws no exception.</returns>
    public abstract FuzzOutcome Run(FuzzInput input);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>Represents an input.</summary>
/// <param name="Kind">The kind: what reads it.</param>
/// <param name="Settings">Random bits that choose options.</param>
/// <param name="Bytes">The bytes.</param>
internal readonly record struct FuzzInput(string Kind, int Settings, byte[] Bytes);
