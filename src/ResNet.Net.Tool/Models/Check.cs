namespace ResNet.Net.Tool.Models;

/// <summary>A line of the doctor's report.</summary>
internal sealed record Check(Severity Severity, string Subject, string Text);

internal enum Severity
{
    Good,

    /// <summary>Information: nothing is wrong.</summary>
    Note,

    /// <summary>Something fails now or later.</summary>
    Bad,
}
