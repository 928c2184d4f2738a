using System.Globalization;

namespace ResNet.Net.Tests;

/// <summary>
/// Runs the test assembly as a program that downloads a synthetic file in a separate process, which tests start and kill. Arguments: the
/// root folder, the address of the mirror, and the size and SHA-256 of the file. Prints the path, or the message of the exception.
/// </summary>
internal static class StoreProbe
{
    public const string ImportCommand = "import";
    public const int Ready = 0, Unavailable = 3;

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is [OptimizedProbe.Command, string store, string model])
        {
            return OptimizedProbe.Run(store, model);
        }

        if (arguments is [EnvironmentProbe.Command, string mode])
        {
            return EnvironmentProbe.Run(mode);
        }

        if (arguments is [HandleProbe.Command, string use])
        {
            return HandleProbe.Run(use);
        }

        if (arguments is [FaultProbe.Command, string fault])
        {
            return FaultProbe.Run(fault);
        }

        if (arguments is [ImportCommand, string root, string models])
        {
            ResNetVariant imported = ImportedModelFixture.VariantOf(Caffe2Pair.Create());
            return await EnsureAsync(imported, new ModelStoreOptions { RootFolder = root, LocalFolders = [models] });
        }

        ResNetVariant variant = ResNetVariant.ResNet50V1.WithFile(long.Parse(arguments[2], CultureInfo.InvariantCulture), arguments[3]);
        ModelStoreOptions options = new()
        {
            RootFolder = arguments[0],
            LocalFolders = [],
            Sources = [ModelSource.Mirror(arguments[1])],
            Offline = false,
        };
        return await EnsureAsync(variant, options);
    }

    private static async Task<int> EnsureAsync(ResNetVariant variant, ModelStoreOptions options)
    {
        try
        {
            Console.WriteLine(await new ModelStore(options with { Catalog = [variant] }).EnsureAsync(variant));
            return Ready;
        }
        catch (ModelUnavailableException exception)
        {
            Console.WriteLine(exception.Message);
            return Unavailable;
        }
    }
}
