using Microsoft.Extensions.DependencyInjection;

namespace ResNet.Net.Server;

/// <summary>Creates the models from their registrations, and disposes them before their classifiers.</summary>
internal sealed class ServedModels(IEnumerable<ModelRegistration> registrations, IServiceProvider services) : IAsyncDisposable
{
    public ModelCatalog Catalog { get; }
        = new([.. registrations.Select(r => ActivatorUtilities.CreateInstance<ServedModel>(services, r))]);

    public async ValueTask DisposeAsync()
    {
        foreach (ServedModel model in Catalog.All)
        {
            await model.DisposeAsync().ConfigureAwait(false);
        }
    }
}
