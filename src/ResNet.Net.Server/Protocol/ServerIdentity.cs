namespace ResNet.Net.Server;

/// <summary>Defines what the server tells about itself.</summary>
internal static class ServerIdentity
{
    public const string Name = "resnet-net-server";

    /// <summary>The platform of every model, a name of the protocol.</summary>
    public const string Platform = "onnx_onnxv1";

    public static string Version { get; } = typeof(ServerIdentity).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Gets the names of the extensions of the protocol, as other servers spell them.</summary>
    public static IReadOnlyList<string> Extensions { get; } = ["binary_tensor_data", "classification"];
}
