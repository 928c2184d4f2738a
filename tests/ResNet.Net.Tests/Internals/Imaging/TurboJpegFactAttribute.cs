namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>A test that needs libturbojpeg: skipped, with the reason, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TurboJpegFactAttribute : FactAttribute
{
    /// <param name="needsShared">Whether it needs the shared folder too.</param>
    public TurboJpegFactAttribute(bool needsShared = false) => Skip = TurboJpegLibrary.IsMissing ?? (needsShared ? TestFolders.SharedIsMissing : null);
}
