namespace ResNet.Net;

/// <summary>Files inside the assembly.</summary>
internal static class EmbeddedResource
{
    public static UnmanagedMemoryStream Open(string name)
        => (UnmanagedMemoryStream)(typeof(EmbeddedResource).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly has no resource '{name}'."));
}
