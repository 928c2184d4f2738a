namespace ResNet.Net.Orleans;

/// <summary>Provides the classifiers of one machine to its workers.</summary>
public interface IJobModelProvider
{
    /// <summary>Returns the classifier for a job. The provider owns it and keeps it for later jobs.</summary>
    /// <param name="model">The model of the job.</param>
    /// <param name="cancellationToken">Cancels a download.</param>
    /// <returns>A classifier whose <see cref="JobModel.Of"/> equals <paramref name="model"/>.</returns>
    /// <exception cref="ResNetException">This machine has no such model. The worker leaves the job to others.</exception>
    ValueTask<ResNetClassifier> GetAsync(JobModel model, CancellationToken cancellationToken = default);
}
