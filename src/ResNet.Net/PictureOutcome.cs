using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace ResNet.Net;

/// <summary>One picture of a batch: its result, or why it failed. A bad picture does not cost the others theirs.</summary>
/// <typeparam name="T">The result of a picture.</typeparam>
public abstract class PictureOutcome<T>
    where T : class
{
    private readonly T? _value;

    private protected PictureOutcome(T value) => _value = value;

    private protected PictureOutcome(Exception error) => Error = error;

    /// <summary>Whether there is a result.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>Why the picture failed, usually <see cref="ImageDecodeException"/> or <see cref="IOException"/>; null when it did not.</summary>
    public Exception? Error { get; }

    /// <summary>The result.</summary>
    /// <exception cref="Exception">The picture failed: its <see cref="Error"/> is thrown.</exception>
    public T Value
    {
        get
        {
            if (Error is not null)
            {
                ExceptionDispatchInfo.Throw(Error);
            }

            return _value!;
        }
    }
}
