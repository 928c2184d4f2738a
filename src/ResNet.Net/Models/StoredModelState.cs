namespace ResNet.Net;

/// <summary>Specifies what the store knows about a file without reading it.</summary>
public enum StoredModelState
{
    /// <summary>The file was verified and has not changed since.</summary>
    Verified,

    /// <summary>
    /// No SHA-256 of the file is published. The hash of its first use was recorded, and the file has not changed since.
    /// </summary>
    HashRecorded,

    /// <summary>The file was added or changed after it was last verified. It is hashed before it is used.</summary>
    Unverified,

    /// <summary>An interrupted download, which resumes when the file is next requested.</summary>
    Partial,

    /// <summary>A file with wrong bytes that was renamed. It is never used.</summary>
    Damaged,
}
