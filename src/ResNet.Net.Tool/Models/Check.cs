namespace ResNet.Net.Samples.Models;

/// <summary>One line of the doctor's report.</summary>
internal sealed record Finding(Severity Severity, string Subject, string Text);

internal enum Severity
{
    Good,

    /// <summary>Nothing to do, or nothing wrong by itself.</summary>
    Note,

    /// <summary>Something fails sooner or later.</summary>
    Bad,
}
