namespace ResNet.Net;

/// <summary>What is known of a file in the store without reading it.</summary>
public enum StoredModelState
{
    /// <summary>Its bytes were verified, and it has not changed since.</summary>
    Verified,

    /// <summary>It is there, but was changed or put there since it was last verified; it is hashed before it is used.</summary>
    Unverified,

    /// <summary>A download that was cut; it goes on when the model is next asked for.</summary>
    Partial,

    /// <summary>A file with wrong bytes that was set aside; it is never used.</summary>
    Damaged,
}
