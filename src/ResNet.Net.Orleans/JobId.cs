using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ResNet.Net.Orleans;

/// <summary>Identifies a job in its <see cref="JobStore"/>. Ids of one store are positive, and later jobs have larger ones.</summary>
/// <param name="Value">The number, at least 1.</param>
public readonly record struct JobId(long Value) : IParsable<JobId>
{
    /// <summary>Parses an id.</summary>
    /// <param name="s">The decimal number.</param>
    /// <param name="provider">Ignored.</param>
    /// <returns>The id.</returns>
    /// <exception cref="FormatException"><paramref name="s"/> is not a positive number.</exception>
    public static JobId Parse(string s, IFormatProvider? provider = null)
        => TryParse(s, provider, out JobId id) ? id : throw new FormatException($"'{s}' is not the id of a job. Ids are positive numbers.");

    /// <summary>Parses an id.</summary>
    /// <param name="s">The decimal number; may be <see langword="null"/>.</param>
    /// <param name="provider">Ignored.</param>
    /// <param name="result">The id.</param>
    /// <returns>Whether <paramref name="s"/> is a positive number.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out JobId result)
    {
        bool valid = long.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value > 0;
        result = new JobId(valid ? value : 0);
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
