namespace ResNet.Net.Tests;

/// <summary>Marks a test that needs libturbojpeg. It is skipped if the library is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LibJpegTurboFactAttribute : FactAttribute
{
    /// <param name="needsShared">Whether the test also needs the shared folder.</param>
    public LibJpegTurboFactAttribute(bool needsShared = false) => Skip = SkipReason ?? (needsShared ? TestFolders.SharedIsMissing : null);

    /// <summary>Gets the reason to skip tests; <see langword="null"/> if the library is installed.</summary>
    public static string? SkipReason { get; } = GetSkipReason();

    private static string? GetSkipReason()
    {
        try
        {
            _ = new LibJpegTurboDecoder();
            return null;
        }
        catch (ResNetException)
        {
            return "needs libturbojpeg, which is not installed (Debian: apt-get install libturbojpeg0)";
        }
    }
}

/// <summary>Marks a theory that needs libturbojpeg. It is skipped if the library is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LibJpegTurboTheoryAttribute : TheoryAttribute
{
    public LibJpegTurboTheoryAttribute() => Skip = LibJpegTurboFactAttribute.SkipReason;
}
