namespace ResNet.Net.Fuzz;

/// <summary>Represents what became of one input.</summary>
/// <param name="Group">The kind of input, such as <c>JPEG</c>.</param>
/// <param name="Name">The outcome, such as <c>pixels</c> or <c>Truncated</c>.</param>
/// <param name="Shape">What distinguishes outcomes of the same name: a message without its numbers and names.</param>
/// <param name="Fault">A description of an undocumented outcome; <see langword="null"/> for a documented one.</param>
internal sealed record FuzzOutcome(string Group, string Name, string Shape, string? Fault = null)
{
    private const int MaxShapeLength = 160;

    /// <summary>Gets the stages that accepted the input, separated by spaces.</summary>
    public string Passed { get; init; } = string.Empty;

    /// <summary>Creates the outcome of a documented exception.</summary>
    public static FuzzOutcome Rejected(string group, string name, string message) => new(group, name, ShapeOf(message));

    /// <summary>Creates the outcome of an exception that the documentation does not mention.</summary>
    public static FuzzOutcome Undocumented(string group, Exception exception)
        => new(group, exception.GetType().Name, exception.GetType().Name, exception.ToString());

    /// <summary>Removes the digits, the quoted names and the end of a message.</summary>
    public static string ShapeOf(string message)
    {
        Span<char> shape = stackalloc char[MaxShapeLength];
        int length = 0;
        bool isQuoted = false;
        foreach (char letter in message)
        {
            if (letter == '\'')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && !char.IsAsciiDigit(letter) && length < shape.Length)
            {
                shape[length++] = letter;
            }
        }

        return new string(shape[..length]);
    }
}
