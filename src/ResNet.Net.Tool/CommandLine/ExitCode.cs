namespace ResNet.Net.Tool.CommandLine;

/// <summary>The exit codes of every command.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Some images or models failed and the others have a result, or a check or criterion failed.</summary>
    public const int SomeFailed = 1;

    /// <summary>Nothing could be done: invalid options, or a model or file that cannot be used.</summary>
    public const int Unusable = 2;

    /// <summary>Ctrl+C.</summary>
    public const int Canceled = 130;
}
