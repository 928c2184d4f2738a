namespace ResNet.Net;

/// <summary>Specifies what the store is doing.</summary>
public enum ModelDownloadStage
{
    /// <summary>Waiting for another process or thread that is downloading or converting files of the same variant.</summary>
    Waiting,

    /// <summary>Hashing bytes that are already on disk.</summary>
    Verifying,

    /// <summary>Receiving bytes from a source.</summary>
    Downloading,

    /// <summary>Copying bytes from an imported file.</summary>
    Importing,

    /// <summary>Converting Caffe2's files to an ONNX model.</summary>
    Converting,

    /// <summary>The verified file is in place.</summary>
    Done,
}
