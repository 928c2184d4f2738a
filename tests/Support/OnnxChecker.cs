using System.Diagnostics;

namespace ResNet.Net.Tests.Support;

/// <summary>ONNX's own Python package, of the operating system: the judge of what is written here.</summary>
internal static class OnnxChecker
{
    /// <summary>Debian's packages belong to its own interpreter, whatever else is called python3.</summary>
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

    private static readonly Lazy<string?> Missing = new(() => Environment.GetEnvironmentVariable("CI") == "true" || CanImport() ? null
        : "needs ONNX's Python package for /usr/bin/python3, which is not here (Debian and Ubuntu: apt-get install python3-onnx)");

    /// <summary>Why tests that need the package are skipped; null where it is there, and in CI, where its absence must fail them.</summary>
    public static string? IsMissing => Missing.Value;

    /// <summary>What <c>onnx.checker.check_model</c> says against files; empty where it accepts them all.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="full">Whether shapes are inferred too, which not every old operator allows.</param>
    public static async Task<string> ComplaintsAsync(IEnumerable<string> paths, bool full = true)
        => await RunAsync(CheckProgram, string.Join('\n', paths), full ? "full" : "quick");

    /// <summary>What a Python program prints.</summary>
    /// <param name="program">Its text.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<string> RunAsync(string program, string input = "", params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Interpreter, ["-c", program, .. arguments]);
        start.Environment["PYTHONUTF8"] = "1";
        ProgramRun run = await ProgramRun.WithInputAsync(start, input);
        return run.ExitCode == 0
            ? run.Output
            : throw new InvalidOperationException($"{Interpreter} ended with {run.ExitCode}: {run.Error}");
    }

    private static bool CanImport()
    {
        if (!File.Exists(Interpreter))
        {
            return false;
        }

        using Process process = Process.Start(new ProcessStartInfo(Interpreter, ["-c", "import onnx"]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
