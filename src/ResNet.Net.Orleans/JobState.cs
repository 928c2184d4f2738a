namespace ResNet.Net.Orleans;

/// <summary>Specifies the state of a job.</summary>
public enum JobState
{
    /// <summary>
    /// Its images are being listed. Workers already take its shards. A job whose submission was interrupted stays in this state until it
    /// is canceled.
    /// </summary>
    Submitting,

    /// <summary>All images are listed, and some have no result yet.</summary>
    Running,

    /// <summary>Every image has a row: a result, or the reason why it failed.</summary>
    Completed,

    /// <summary>It was canceled. Rows that were written stay.</summary>
    Canceled,
}
