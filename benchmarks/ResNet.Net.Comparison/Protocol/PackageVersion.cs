using System.Reflection;

namespace ResNet.Net.Comparison;

/// <summary>Reads the version of the package that a type comes from.</summary>
internal static class PackageVersion
{
    private const int CommitLength = 40;

    public static string Of(Type type)
    {
        string version = type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? type.Assembly.GetName().Version!.ToString();
        int dash = version.LastIndexOf('-');
        return dash >= 0 && version.Length - dash - 1 == CommitLength ? version[..dash] : version;
    }
}
