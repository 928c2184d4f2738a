namespace ResNet.Net;

/// <summary>The base of every exception that ResNet.Net's libraries define; it lives in the lowest of them. Argument errors are the BCL's own types.</summary>
public class ResNetException : Exception
{
    /// <summary>Creates the exception with a message that names the value and the remedy.</summary>
    /// <param name="message">What failed, with which value, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ResNetException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
