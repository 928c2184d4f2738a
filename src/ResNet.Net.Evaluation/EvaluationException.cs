namespace ResNet.Net.Evaluation;

/// <summary>
/// The exception that is thrown when an evaluation cannot continue: the model and the dataset have different classes, the journal belongs
/// to another evaluation, or an image failed and <see cref="EvaluationOptions.StopOnFailure"/> is set.
/// </summary>
public sealed class EvaluationException : ResNetException
{
    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="message">The error message.</param>
    /// <param name="innerException">The cause; may be null.</param>
    public EvaluationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
