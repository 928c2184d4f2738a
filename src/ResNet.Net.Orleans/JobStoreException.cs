namespace ResNet.Net.Orleans;

/// <summary>Represents an error of the database of a <see cref="JobStore"/>, or of its schema.</summary>
public class JobStoreException : ResNetException
{
    /// <summary>Initializes a new instance of the <see cref="JobStoreException"/> class.</summary>
    /// <param name="message">What failed and what to do about it.</param>
    /// <param name="innerException">The cause; may be <see langword="null"/>.</param>
    public JobStoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// Gets whether the database couldn't be reached, was busy or had no space for <see cref="JobStoreOptions.RetryTime"/>, so that the
    /// same call can succeed later.
    /// </summary>
    public bool IsTransient { get; init; }
}
