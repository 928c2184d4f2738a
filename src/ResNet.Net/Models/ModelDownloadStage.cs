namespace ResNet.Net;

/// <summary>What the store is doing.</summary>
public enum ModelDownloadStage
{
    /// <summary>Another process or thread is bringing the same model or its test data: this one waits for it, and downloads nothing a second time.</summary>
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
