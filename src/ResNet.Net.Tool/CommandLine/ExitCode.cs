namespace ResNet.Net.Samples.Support;

/// <summary>How every sample ends.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Some pictures or models failed, and the others have their result; or what was asked for does not hold.</summary>
    public const int SomeFailed = 1;

    /// <summary>Nothing could be done: wrong options, a model or a file that cannot be used.</summary>
    public const int Unusable = 2;

    /// <summary>Ctrl+C.</summary>
    public const int Cancelled = 130;
}
