using System.Diagnostics;

namespace ResNet.Net.Samples.Tests;

/// <summary>Runs a sample as its users do: as a process of its own.</summary>
internal static class SampleProgram
{
    public static Task<ProgramRun> RunAsync(string name, params string[] arguments) => RunAsync(name, new Dictionary<string, string>(), arguments);

    /// <param name="name">The sample's.</param>
    /// <param name="environment">Variables in addition to those that keep it off the network and away from this user's models.</param>
    /// <param name="arguments">What follows its name.</param>
    public static Task<ProgramRun> RunAsync(string name, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = ProgramRun.Dotnet(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), arguments);

        // What the developer's machine has must not decide a test.
        start.Environment.Remove("RESNET_NET_MODELS");
        start.Environment.Remove("RESNET_NET_MIRROR");
        start.Environment["RESNET_NET_OFFLINE"] = "1";
        start.Environment["RESNET_NET_HOME"] = Path.Combine(Path.GetTempPath(), "resnet-net-tests-use-no-default-store");
        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        return ProgramRun.OfAsync(start);
    }
}
