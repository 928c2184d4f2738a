namespace ResNet.Net.Orleans;

/// <summary>Represents a job to create.</summary>
public sealed record JobRequest
{
    /// <summary>Gets where the images are.</summary>
    public required ImageSourceDescription Source { get; init; }

    /// <summary>Gets the model, usually from <see cref="JobModel.Of"/>.</summary>
    public required JobModel Model { get; init; }

    /// <summary>Gets the options.</summary>
    public JobOptions Options { get; init; } = new();

    /// <summary>Gets a name for people; <see langword="null"/> for none.</summary>
    public string? Name { get; init; }
}
