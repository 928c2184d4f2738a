using System.Reflection;

namespace ResNet.Net.Comparison;

/// <summary>Represents the program that a contestant runs in.</summary>
internal sealed record ContestantProcess(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>The command that runs a contestant of this assembly.</summary>
    public const string PeerCommand = "peer";

    public const string Ours = "ours";
    public const string Tutorial = "tutorial";
    public const string Floor = "floor";

    /// <summary>Creates a process of this program, which runs one of its own contestants.</summary>
    public static ContestantProcess OfThisProgram(string contestant)
    {
        string path = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(path) == "dotnet";
        string[] assembly = isHost ? [Assembly.GetExecutingAssembly().Location] : [];
        return new ContestantProcess(path, [.. assembly, PeerCommand, contestant]);
    }
}
