namespace ResNet.Net;

/// <summary>A path where a file may be, and where its stamp is.</summary>
internal sealed class CandidateFile(string path, string stampPath, bool isLocal)
{
    public string Path => path;

    public string StampPath => stampPath;

    /// <summary>Whether it is in a folder that is not the store's.</summary>
    public bool IsLocal => isLocal;

    /// <summary>What messages call it.</summary>
    public string Origin => isLocal ? "a local folder" : "the store";
}
