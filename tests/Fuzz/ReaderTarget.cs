namespace ResNet.Net.Fuzz;

/// <summary>Represents code that reads each kind of input or throws a documented exception.</summary>
internal abstract class ReaderTarget : FuzzTarget
{
    public override long MemoryLimit => 256 << 20;

    /// <summary>Gets the folder for inputs that are read from files.</summary>
    protected TemporaryFolder Folder { get; } = new();

    public override FuzzOutcome Run(FuzzInput input)
    {
        try
        {
            return new FuzzOutcome(input.Kind, "read", Read(input));
        }
        catch (Exception exception) when (IsDocumented(input.Kind, exception))
        {
            return FuzzOutcome.Rejected(input.Kind, exception.GetType().Name, exception.Message);
        }
        catch (Exception exception)
        {
            return FuzzOutcome.Undocumented(input.Kind, exception);
        }
    }

    /// <summary>Reads an input; returns what was read, in a few words.</summary>
    protected abstract string Read(FuzzInput input);

    /// <summary>Returns whether an exception is the documented one of a kind.</summary>
    protected abstract bool IsDocumented(string kind, Exception exception);

    protected override void Dispose(bool disposing)
    {
        Folder.Dispose();
        base.Dispose(disposing);
    }
}
