namespace ResNet.Net;

/// <summary>Defines the environment variables of the store.</summary>
internal static class StoreVariables
{
    public const string Root = "RESNET_NET_HOME";
    public const string LocalFolders = "RESNET_NET_MODELS";
    public const string Mirrors = "RESNET_NET_MIRROR";
    public const string Offline = "RESNET_NET_OFFLINE";
    public const string Optimized = "RESNET_NET_OPTIMIZED";

    /// <summary>Parses the value of a switch; null if it is not set.</summary>
    /// <exception cref="ArgumentException">The value is neither on nor off.</exception>
    public static bool? Switch(string name, string? value) => value?.Trim().ToUpperInvariant() switch
    {
        null or "" => null,
        "0" or "FALSE" or "NO" or "OFF" => false,
        "1" or "TRUE" or "YES" or "ON" => true,
        _ => throw new ArgumentException($"The environment variable {name} is '{value}'. Set it to 1 or 0."),
    };
}
