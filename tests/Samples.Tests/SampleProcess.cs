using System.Diagnostics;

namespace ResNet.Net.Samples.Tests;

/// <summary>Starts a built sample as a process.</summary>
internal static class SampleProcess
{
    /// <param name="name">The name of the sample.</param>
    /// <param name="folder">The working directory.</param>
    /// <param name="arguments">The arguments.</param>
    public static ProcessStartInfo Describe(string name, string folder, params string[] arguments)
    {
        // From its own output folder: the tests' folder lacks the packages that ASP.NET Core, which they use, includes.
        string[] configuration = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^2..];
        string program = Path.Combine([TestFolders.Repository, "samples", name, "bin", .. configuration, $"{name}.dll"]);
        ProcessStartInfo start = ProgramRun.Dotnet(program, arguments);
        start.WorkingDirectory = folder;

        // The developer's settings must not decide a test.
        start.Environment.Remove("RESNET_NET_MODELS");
        start.Environment.Remove("RESNET_NET_MIRROR");
        start.Environment["RESNET_NET_OFFLINE"] = "1";
        start.Environment["RESNET_NET_HOME"] = Path.Combine(Path.GetTempPath(), "resnet-net-tests-use-no-default-store");
        return start;
    }
}
