namespace ResNet.Net.Tool.Tests;

/// <summary>Assertions that hold for every command.</summary>
internal static class RunAssertions
{
    private const int Unusable = 2;

    /// <summary>Wrong usage: exit code 2, nothing on standard output, no stack trace.</summary>
    /// <returns>The standard error.</returns>
    public static string ShouldBeUnusable(this ProgramRun run)
    {
        run.ExitCode.Should().Be(Unusable, run.Error);
        run.Output.Should().BeEmpty();
        run.Error.Should().NotContain("   at ", "users get no stack traces");
        return run.Error.TrimEnd();
    }

    /// <summary>Ctrl+C: exit code 130 and one line that says so.</summary>
    public static void ShouldBeCanceled(this ProgramRun run)
    {
        run.ExitCode.Should().Be(130, run.Error);
        run.Error.TrimEnd().Split('\n')[^1].Should().StartWith("Canceled.");
        run.Error.Should().NotContain("   at ");
    }
}
