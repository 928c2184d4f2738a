namespace ResNet.Net.Orleans;

/// <summary>Represents the row of one image: its classes, or the reason why it failed.</summary>
public sealed record ImageResult
{
    /// <summary>Gets the index of the image in its job, from 0.</summary>
    public required long Index { get; init; }

    /// <summary>Gets the name of the image, as its source listed it. Null characters become U+FFFD.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the SHA-256 of the encoded image in lowercase hexadecimal; <see langword="null"/> if it wasn't read.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Gets the most probable classes in descending order of probability; empty if the image failed.</summary>
    public IReadOnlyList<Prediction> Predictions { get; init; } = [];

    /// <summary>Gets the time of each stage; zero if the image failed. It is stored in milliseconds, with float32 precision.</summary>
    public StageTimings Timings { get; init; }

    /// <summary>Gets why the image failed; <see langword="null"/> if it succeeded.</summary>
    public string? Error { get; init; }

    /// <summary>Gets whether the image succeeded.</summary>
    public bool Succeeded => Error is null;
}
