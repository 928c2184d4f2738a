namespace ResNet.Net;

/// <summary>
/// Remembers that a model rejects several images at once, although its file declares a variable batch size. Shared by the slots of a model.
/// </summary>
/// <param name="required">Receives the first batch that the model rejected and the reason, once.</param>
internal sealed class SingleRuns(Action<int, InferenceException> required)
{
    private int _areRequired;

    /// <summary>Gets whether images run one by one.</summary>
    public bool AreRequired => Volatile.Read(ref _areRequired) != 0;

    /// <summary>Records that a batch failed whose images succeeded one by one.</summary>
    public void Require(int batch, InferenceException reason)
    {
        if (Interlocked.Exchange(ref _areRequired, 1) == 0)
        {
            required(batch, reason);
        }
    }
}
