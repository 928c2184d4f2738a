namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>A theory that needs libturbojpeg: skipped, with the reason, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TurboJpegTheoryAttribute : TheoryAttribute
{
    public TurboJpegTheoryAttribute() => Skip = TurboJpegLibrary.IsMissing;
}
