using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace ResNet.Net;

/// <summary>One image of a batch: its result, or why it failed. A bad image does not cost the others theirs.</summary>
/// <typeparam name="T">The result of an image.</typeparam>
public abstract class ImageOutcome<T>
    where T : class
{
    private readonly T? _value;

    private protected ImageOutcome(T value) => _value = value;

    private protected ImageOutcome(Exception error) => Error = error;

    /// <summary>Whether there is a result.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>Why the image failed, usually <see cref="ImageDecodeException"/> or <see cref="IOException"/>; null when it did not.</summary>
    public Exception? Error { get; }

    /// <summary>The result.</summary>
    /// <exception cref="Exception">The image failed: its <see cref="Error"/> is thrown.</exception>
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
