using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ResNet.Net.Tool.Tests;

/// <summary>Runs the built tool as a process, as users do.</summary>
internal static partial class ToolProcess
{
    /// <summary>Ctrl+C.</summary>
    public const int Interrupt = 2;

    /// <summary>Ends a process without notice.</summary>
    public const int Kill = 9;

    /// <summary>Asks a process to end, as service managers do.</summary>
    public const int Terminate = 15;

    public static Task<ProgramRun> RunAsync(string command, params string[] arguments)
        => RunAsync(command, new Dictionary<string, string>(), arguments);

    /// <param name="command">The command; empty for none.</param>
    /// <param name="environment">
    /// Variables in addition to those that keep the tool off the network and away from this user's models.
    /// </param>
    /// <param name="arguments">The arguments after the command.</param>
    public static Task<ProgramRun> RunAsync(string command, IReadOnlyDictionary<string, string> environment, params string[] arguments)
        => ProgramRun.OfAsync(Describe(command, environment, arguments));

    /// <summary>Starts the tool and sends it a signal as soon as a condition holds. It must not end before.</summary>
    /// <param name="command">The command; empty for none.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="when">The condition; receives the standard error so far.</param>
    /// <param name="arguments">The arguments after the command.</param>
    public static async Task<ProgramRun> StopAsync(string command, int signal, Func<string, bool> when, params string[] arguments)
    {
        using Process process = new() { StartInfo = WithSignals(Describe(command, new Dictionary<string, string>(), arguments)) };
        StringBuilder error = new();
        process.ErrorDataReceived += (_, line) => Synchronized(() => error.Append(line.Data).Append('\n'));
        process.Start();
        process.BeginErrorReadLine();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        while (!when(Synchronized(error.ToString)))
        {
            process.HasExited.Should().BeFalse("it must be stopped before it ends");
            await Task.Delay(5);
        }

        SendSignal(process.Id, signal).Should().Be(0);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return new ProgramRun(process.ExitCode, await output, Synchronized(error.ToString));

        T Synchronized<T>(Func<T> work)
        {
            lock (error)
            {
                return work();
            }
        }
    }

    /// <summary>
    /// Background processes of scripts start with Ctrl+C ignored, and so do their children; processes of a terminal do not.
    /// </summary>
    private static ProcessStartInfo WithSignals(ProcessStartInfo start)
    {
        if (OperatingSystem.IsLinux())
        {
            foreach ((int place, string argument) in ((string[])["--default-signal=INT", start.FileName]).Index())
            {
                start.ArgumentList.Insert(place, argument);
            }

            start.FileName = "env";
        }

        return start;
    }

    /// <summary>How the tool is started.</summary>
    public static ProcessStartInfo Describe(string command, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        // From its own output folder: the tests' folder lacks the packages that ASP.NET Core, which they use, includes.
        string[] configuration = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^2..];
        string program = Path.Combine([TestFolders.Repository, "src", "ResNet.Net.Tool", "bin", .. configuration, "resnet.dll"]);
        ProcessStartInfo start = ProgramRun.Dotnet(program, command.Length > 0 ? [command, .. arguments] : arguments);

        // The developer's settings must not decide a test.
        start.Environment.Remove("RESNET_NET_MODELS");
        start.Environment.Remove("RESNET_NET_MIRROR");
        start.Environment["RESNET_NET_OFFLINE"] = "1";
        start.Environment["RESNET_NET_HOME"] = Path.Combine(Path.GetTempPath(), "resnet-net-tests-use-no-default-store");
        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        return start;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int SendSignal(int process, int signal);
}
