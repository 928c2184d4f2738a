using Microsoft.Extensions.Logging;

namespace ResNet.Net.Tests;

/// <summary>Provides a store, a local folder, and a small model in Caffe2's format.</summary>
internal sealed class ImportedModelFixture(bool hasInitHash = true) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Caffe2Pair Pair { get; } = Caffe2Pair.Create();

    public ResNetVariant Variant => field ??= VariantOf(Pair, hasInitHash);

    public RecordingLoggers Logs { get; } = new(LogLevel.Debug);

    public RecordedProgress Progress { get; } = new();

    public string Root => _folder["store"];

    public string LocalFolder => _folder["local"];

    public string InitPath => Path.Combine(LocalFolder, Variant.Id, "init_net.pb");

    public string PredictPath => Path.Combine(LocalFolder, Variant.Id, "predict_net.pb");

    public string ImportedFolder => Path.Combine(Root, Variant.Id, "imported");

    public string this[params string[] parts] => _folder[parts];

    public IEnumerable<string?> Events => Logs.Entries.Select(e => e.Event.Name);

    public ModelStoreOptions Options(params TestServer[] servers) => new()
    {
        RootFolder = Root,
        LocalFolders = [LocalFolder],
        Sources = [.. servers.Select(s => ModelSource.Mirror(s.Address))],
        Offline = servers.Length == 0,
        Catalog = [Variant],
        LoggerFactory = Logs,
        Time = new InstantTime(),
    };

    /// <summary>Returns a variant with these files, both with a published hash or the first without.</summary>
    public static ResNetVariant VariantOf(Caffe2Pair pair, bool hasInitHash = true)
    {
        ResNetVariant like = ResNetVariant.ResNet50Caffe2Quantized;
        VariantFile init = like.Files[0];
        return like with
        {
            Files =
            [
                hasInitHash ? init with { Bytes = pair.Init.Length, Sha256 = Caffe2Pair.HashOf(pair.Init) } : init,
                like.Files[1] with { Bytes = pair.Predict.Length, Sha256 = Caffe2Pair.HashOf(pair.Predict) },
            ],
            FeatureSize = Caffe2Pair.Features,
            WeightCount = Caffe2Pair.Weights,
        };
    }

    /// <summary>Writes the files of a model where the store looks for them.</summary>
    public void Place(Caffe2Pair pair) => pair.WriteTo(Path.Combine(LocalFolder, Variant.Id));

    public ModelStore Store(params TestServer[] servers) => new(Options(servers));

    public Task<TestServer> ServeAsync() => TestServer.StartAsync(
        (context, _) => TestServer.ServeAsync(context, context.Request.Path.Value!.EndsWith("init_net.pb") ? Pair.Init : Pair.Predict));

    /// <summary>Classifies a fixed image with a store, without the optimized-model cache.</summary>
    public float[] Scores(ModelStore store)
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(
            Variant, new ResNetClassifierOptions { Store = store, Threads = 1, CacheOptimizedModel = false });
        byte[] pixels = new byte[300 * 260 * 3];
        new Random(5).NextBytes(pixels);
        float[] scores = new float[classifier.Labels.Count];
        classifier.GetScores(new PixelView(pixels, 300, 260), scores);
        return scores;
    }

    public void Dispose()
    {
        Logs.Dispose();
        _folder.Dispose();
    }
}
