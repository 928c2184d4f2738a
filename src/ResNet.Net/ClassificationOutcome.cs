using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace ResNet.Net;

/// <summary>One picture of a batch: its classification, or why it failed. A bad picture does not cost the others theirs.</summary>
public sealed class ClassificationOutcome
{
    private readonly Classification? _classification;

    internal ClassificationOutcome(Classification classification) => _classification = classification;

    internal ClassificationOutcome(Exception error) => Error = error;

    /// <summary>Whether there is a classification.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>Why the picture failed, usually <see cref="ImageDecodeException"/> or <see cref="IOException"/>; null when it did not.</summary>
    public Exception? Error { get; }

    /// <summary>The classification.</summary>
    /// <exception cref="Exception">The picture failed: its <see cref="Error"/> is thrown.</exception>
    public Classification Value
    {
        get
        {
            if (Error is not null)
            {
                ExceptionDispatchInfo.Throw(Error);
            }

            return _classification!;
        }
    }
}
