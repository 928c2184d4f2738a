using System.Runtime.CompilerServices;

namespace ResNet.Net.Tests;

/// <summary>Whatever a test forgets to say, it neither reads nor writes the models of the person who runs it, nor the network.</summary>
internal static class Isolation
{
    [ModuleInitializer]
#pragma warning disable CA2255 // a test assembly is an application
    public static void Apply()
#pragma warning restore CA2255
    {
        Environment.SetEnvironmentVariable("RESNET_NET_HOME", Path.Combine(Path.GetTempPath(), "resnet-net-tests-use-no-default-store"));
        Environment.SetEnvironmentVariable("RESNET_NET_OFFLINE", "1");
        Environment.SetEnvironmentVariable("RESNET_NET_MODELS", null);
        Environment.SetEnvironmentVariable("RESNET_NET_MIRROR", null);
    }
}
