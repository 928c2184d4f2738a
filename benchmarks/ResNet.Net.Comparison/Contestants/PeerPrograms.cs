using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Comparison;

/// <summary>Builds or installs the programs of contestants outside this assembly.</summary>
internal static class PeerPrograms
{
    private static readonly string DotnetHost = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Builds a project in <c>Peers</c>.</summary>
    /// <exception cref="PeerException">The build fails.</exception>
    public static ContestantProcess DotnetProject(string name)
    {
        string folder = Path.Combine(Repository.Peers, name);
        CommandLine.Run(DotnetHost, ["build", folder, "-c", "Release", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-v", "quiet"]);
        return new ContestantProcess(DotnetHost, [Path.Combine(folder, "bin", "Release", "net10.0", $"{name}Peer.dll")]);
    }

    /// <summary>Installs the packages of the script in a temporary folder, unless an earlier run did.</summary>
    /// <exception cref="PeerException">Node.js or npm is missing, or the installation fails.</exception>
    public static ContestantProcess Node()
    {
        string source = Path.Combine(Repository.Peers, "Node");
        string packages = File.ReadAllText(Path.Combine(source, "package.json"));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(packages)))[..12];
        string folder = Path.Combine(Path.GetTempPath(), $"resnet-net-comparison-node-{hash}");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "package.json"), packages);
        string script = Path.Combine(folder, "peer.mjs");
        File.Copy(Path.Combine(source, "peer.mjs"), script, overwrite: true);
        CommandLine.Run("node", ["--version"]);
        string installed = Path.Combine(folder, "installed");
        if (!File.Exists(installed))
        {
            // The scripts of onnxruntime-node download CUDA libraries.
            CommandLine.Run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", folder]);
            File.WriteAllText(installed, "");
        }

        return new ContestantProcess("node", [script]);
    }

    /// <summary>Returns a script for the Python of the system, which has Debian's packages.</summary>
    public static ContestantProcess Python(string script)
        => new(File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3", [Path.Combine(Repository.Peers, "Python", script)]);
}
