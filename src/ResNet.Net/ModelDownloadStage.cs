namespace ResNet.Net;

/// <summary>What the store is doing.</summary>
public enum ModelDownloadStage
{
    /// <summary>Another process or thread is bringing the same model: this one waits for it, and will not download it again.</summary>
    Waiting,

    /// <summary>Bytes that are on the disk already are hashed.</summary>
    Verifying,

    /// <summary>Bytes come from a source on the network.</summary>
    Downloading,

    /// <summary>Bytes are copied from a file that is imported.</summary>
    Importing,

    /// <summary>The verified file is in place.</summary>
    Done,
}
