namespace ResNet.Net.Evaluation;

/// <summary>An evaluation cannot go on: model and data set have different classes, the journal is another evaluation's, or a picture failed and none may.</summary>
public sealed class EvaluationException : ResNetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What failed, with which value, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public EvaluationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
