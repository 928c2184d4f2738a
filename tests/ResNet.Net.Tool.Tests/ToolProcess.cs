using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ResNet.Net.Samples.Tests;

/// <summary>Runs a sample as its users do: as a process of its own.</summary>
internal static partial class SampleProgram
{
    /// <summary>Ctrl+C.</summary>
    public const int Interrupt = 2;

    /// <summary>What no program hears.</summary>
    public const int Kill = 9;

    public static Task<ProgramRun> RunAsync(string name, params string[] arguments) => RunAsync(name, new Dictionary<string, string>(), arguments);

    /// <param name="name">The sample's.</param>
    /// <param name="environment">Variables in addition to those that keep it off the network and away from this user's models.</param>
    /// <param name="arguments">What follows its name.</param>
    public static Task<ProgramRun> RunAsync(string name, IReadOnlyDictionary<string, string> environment, params string[] arguments) => ProgramRun.OfAsync(Describe(name, environment, arguments));

    /// <summary>Starts a sample, and sends it a signal as soon as something holds. It must not have ended before.</summary>
    /// <param name="name">The sample's.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="when">Is given what was said on standard error so far.</param>
    /// <param name="arguments">What follows its name.</param>
    public static async Task<ProgramRun> StopAsync(string name, int signal, Func<string, bool> when, params string[] arguments)
    {
        using Process process = new() { StartInfo = HearsSignals(Describe(name, new Dictionary<string, string>(), arguments)) };
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

    /// <summary>What runs in the background of a script has Ctrl+C ignored from birth, and so have all that it starts; a person's terminal has not.</summary>
    private static ProcessStartInfo HearsSignals(ProcessStartInfo start)
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

    /// <summary>How a sample is started.</summary>
    public static ProcessStartInfo Describe(string name, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        // Where its own build put it: what lies beside these tests lacks the packages that ASP.NET Core, which they use, brings them.
        string[] configuration = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^2..];
        string program = Path.Combine([TestFolders.Repository, "samples", name, "bin", .. configuration, $"{name}.dll"]);
        ProcessStartInfo start = ProgramRun.Dotnet(program, arguments);

        // What the developer's machine has must not decide a test.
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
    private static partial int SendSignal(int process, int signal);
}
