using System.Diagnostics;

namespace ResNet.Net.Tests.Support;

/// <summary>Checks models with ONNX's Python package, as installed by the operating system.</summary>
internal static class OnnxChecker
{
    // Debian installs packages for its own interpreter, which is not always the first python3 in PATH.
    private const string Interpreter = "/usr/bin/python3";

    private const string CheckProgram = """
        import sys, onnx
        FULL = sys.argv[1] == 'full'
        for path in sys.stdin.read().splitlines():
            try:
                onnx.checker.check_model(path, full_check=FULL)
            except Exception as exception:
                print(path + ': ' + ' '.join(str(exception).split()))
        """;

    private static readonly Lazy<string?> LazySkipReason = new(() => Environment.GetEnvironmentVariable("CI") == "true" || CanImport("onnx")
        ? null
        : $"needs ONNX's Python package for {Interpreter}, which is not installed (Debian and Ubuntu: apt-get install python3-onnx)");

    /// <summary>
    /// Gets the reason for skipping tests that need the package; null if it is installed, and in CI, where these tests must fail instead.
    /// </summary>
    public static string? SkipReason => LazySkipReason.Value;

    /// <summary>Returns the errors that <c>onnx.checker.check_model</c> reports for the files; empty if all are valid.</summary>
    /// <param name="paths">The paths of the model files.</param>
    /// <param name="full">Whether to infer shapes too, which fails for some old operators.</param>
    public static Task<string> ComplaintsAsync(IEnumerable<string> paths, bool full = true)
        => RunAsync(CheckProgram, string.Join('\n', paths), full ? "full" : "quick");

    /// <summary>Runs a Python program and returns its standard output.</summary>
    /// <param name="program">The source code.</param>
    /// <param name="input">The standard input.</param>
    /// <param name="arguments">The command-line arguments.</param>
    public static async Task<string> RunAsync(string program, string input = "", params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Interpreter, ["-c", program, .. arguments]);
        start.Environment["PYTHONUTF8"] = "1";
        ProgramRun run = await ProgramRun.WithInputAsync(start, input);
        return run.ExitCode == 0
            ? run.Output
            : throw new InvalidOperationException($"{Interpreter} exited with code {run.ExitCode}: {run.Error}");
    }

    /// <summary>Returns whether Debian's interpreter finds a package.</summary>
    public static bool CanImport(string package)
    {
        if (!File.Exists(Interpreter))
        {
            return false;
        }

        ProcessStartInfo start = new(Interpreter, ["-c", $"import {package}"]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
