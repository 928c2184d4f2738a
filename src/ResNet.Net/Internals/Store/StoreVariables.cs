namespace ResNet.Net.Internals.Store;

/// <summary>The environment variables of the store.</summary>
internal static class StoreVariables
{
    public const string Root = "RESNET_NET_HOME";
    public const string LocalFolders = "RESNET_NET_MODELS";
    public const string Mirrors = "RESNET_NET_MIRROR";
    public const string Offline = "RESNET_NET_OFFLINE";
}
