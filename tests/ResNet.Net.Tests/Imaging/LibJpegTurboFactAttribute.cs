namespace ResNet.Net.Tests;

/// <summary>A test that needs libturbojpeg: skipped, with the reason, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LibJpegTurboFactAttribute : FactAttribute
{
    /// <param name="needsShared">Whether it needs the shared folder too.</param>
    public LibJpegTurboFactAttribute(bool needsShared = false) => Skip = IsMissing ?? (needsShared ? TestFolders.SharedIsMissing : null);

    /// <summary>Why tests that need it are skipped; null where it is present.</summary>
    public static string? IsMissing { get; } = FindOut();

    private static string? FindOut()
    {
        try
        {
            _ = new LibJpegTurboDecoder();
            return null;
        }
        catch (ResNetException)
        {
            return "needs libturbojpeg, which is not on this machine (Debian: apt-get install libturbojpeg0)";
        }
    }
}

/// <summary>A theory that needs libturbojpeg.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LibJpegTurboTheoryAttribute : TheoryAttribute
{
    public LibJpegTurboTheoryAttribute() => Skip = LibJpegTurboFactAttribute.IsMissing;
}
