using System.Runtime.CompilerServices;

namespace ResNet.Net.Tests;

/// <summary>Keeps tests away from the network and from the developer's model store, even if a test configures no store.</summary>
internal static class Isolation
{
    [ModuleInitializer]
#pragma warning disable CA2255 // A test assembly is an application.
    public static void Apply()
#pragma warning restore CA2255
    {
        Environment.SetEnvironmentVariable("RESNET_NET_HOME", Path.Combine(Path.GetTempPath(), "resnet-net-tests-use-no-default-store"));
        Environment.SetEnvironmentVariable("RESNET_NET_OFFLINE", "1");
        Environment.SetEnvironmentVariable("RESNET_NET_MODELS", null);
        Environment.SetEnvironmentVariable("RESNET_NET_MIRROR", null);
    }
}
