using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace ResNet.Net;

/// <summary>Represents the outcome of one image of a batch: its result, or the reason why it failed.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
public abstract class ImageOutcome<T>
    where T : class
{
    private readonly T? _value;

    private protected ImageOutcome(T value) => _value = value;

    private protected ImageOutcome(Exception error) => Error = error;

    /// <summary>Gets whether the image succeeded.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>
    /// Gets the reason why the image failed, usually an <see cref="ImageDecodeException"/> or <see cref="IOException"/>;
    /// <see langword="null"/> if it succeeded.
    /// </summary>
    public Exception? Error { get; }

    /// <summary>Gets the result.</summary>
    /// <exception cref="Exception">The image failed. The exception is <see cref="Error"/>.</exception>
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
