namespace ResNet.Net.Orleans;

/// <summary>Represents a stored job: what to classify, with which model and how. None of it changes after the job was created.</summary>
/// <param name="Id">The id.</param>
/// <param name="Name">The name for people; <see langword="null"/> for none.</param>
/// <param name="Source">Where the images are.</param>
/// <param name="Model">The model.</param>
/// <param name="Options">The options.</param>
/// <param name="CreatedAt">When the job was created, by the clock of the database.</param>
public sealed record ClassificationJob(
    JobId Id, string? Name, ImageSourceDescription Source, JobModel Model, JobOptions Options, DateTimeOffset CreatedAt);
