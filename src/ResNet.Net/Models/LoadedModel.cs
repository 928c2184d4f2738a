using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ResNet.Net;

/// <summary>
/// Represents a model that is ready to process images: what a classifier and an embedder have in common. Owns the session.
/// </summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly OrtSession _session;
    private readonly ILogger _log;
    private readonly RequiredOutputs _outputs;
    private bool _disposed;

    private LoadedModel(LoadPlan plan, ResolvedModel model)
    {
        Source = model;
        ExecutionProvider = plan.ExecutionProvider;
        _log = plan.Log;
        _outputs = plan.Options.RequiredOutputs;
        Func<OrtSession?>? openSecond = SecondSession.Opener(plan, model);
        _session = plan.Open(model);
        try
        {
            ResNetModelOptions options = plan.Options;
            OnnxRuntimeVersion = OrtRuntime.Version;
            Profile = model.Profile!;
            Crops = options.Crops;
            string? output = options.RequiredOutputs == RequiredOutputs.Features ? ModelPreparation.FeaturesName : model.OutputName;
            Layout = ModelLayout.Read(_session, Name, model.InputName, output, Profile);
            Preprocessor preprocessor = new(Profile, Crops);
            CenterCrop = preprocessor.CenterCrop;
            Pipeline = new ImagePipeline(
                _session,
                Layout,
                preprocessor,
                Name,
                options,
                openSecond,
                ModelTelemetry.For(Name, ExecutionProvider),
                _log);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>Gets the model that was loaded, with what its graph shows about its output.</summary>
    public ResolvedModel Source { get; }

    public string Name => Source.Name;

    public PreprocessingProfile Profile { get; }

    public CropSampling Crops { get; }

    public string ExecutionProvider { get; }

    public string OnnxRuntimeVersion { get; }

    public ModelLayout Layout { get; }

    public ImagePipeline Pipeline { get; }

    /// <summary>Gets the index of the center crop among the crops of an image.</summary>
    public int CenterCrop { get; }

    /// <summary>Loads a model and creates the object that uses it. Both are one load in telemetry and in the log.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="model">The model.</param>
    /// <param name="create">Creates the object, which owns the loaded model from then on.</param>
    public static T Load<T>(LoadPlan plan, ResolvedModel model, Func<LoadedModel, T> create)
    {
        ModelTelemetry telemetry = ModelTelemetry.For(model.Name, plan.ExecutionProvider);
        Activity? activity = telemetry.StartActivity("load model");
        long start = Stopwatch.GetTimestamp();
        try
        {
            model.Profile?.Validate();
            if (plan.Options.RequiredOutputs != RequiredOutputs.Features)
            {
                model = ModelAdapter.AdaptScores(ScoreOutput.Resolve(model, plan.Log));
            }

            LoadedModel loaded = new(plan, ModelAdapter.AdaptInput(model, plan.Options.Profile));
            T created = loaded.Create(create);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            telemetry.Loaded(time, null);
            Activities.End(activity?.SetTag(TagNames.OptimizedGraph, loaded._session.IsFromCache), null);
            loaded.LogLoaded(plan.Session, time);
            return created;
        }
        catch (Exception exception)
        {
            telemetry.Loaded(Stopwatch.GetElapsedTime(start), exception);
            Activities.End(activity, exception);
            throw;
        }
    }

    /// <summary>Determines the kind of the scores from their values, since the graph does not show it.</summary>
    public OutputKind FindOutputKind()
    {
        if (ScoreTrial.Run(Pipeline, Layout.OutputLength) is OutputKind found)
        {
            return found;
        }

        _log.OutputKindAssumed(Name);
        return OutputKind.Logits;
    }

    /// <summary>Returns the model that runs, with all changes, as one file.</summary>
    public byte[] Export() => ModelPreparation.For(Source, _outputs).Load(Source.Content).ToArray();

    public void ThrowUnlessFinite(float value, string kind)
    {
        if (!float.IsFinite(value))
        {
            throw new ResNetException(
                $"The model '{Name}' returned the {kind} {value}. "
                + $"Its weights are damaged, or the preprocessing profile '{Profile.Name}' does not fit it.");
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _log.ModelDisposed(Name);
        }

        _disposed = true;
        Pipeline.Dispose();
    }

    private T Create<T>(Func<LoadedModel, T> create)
    {
        try
        {
            return create(this);
        }
        catch
        {
            Pipeline.Dispose();
            throw;
        }
    }

    private void LogLoaded(SessionSettings settings, TimeSpan time)
    {
        string origin = Source.Content.FilePath ?? (Source.Variant?.IsEmbedded == true ? "the library" : "memory");
        _log.ModelLoaded(Name, time.TotalMilliseconds, ExecutionProvider, settings.IntraOpThreads, origin, _session.IsFromCache);
        if (Int8Guard.IsNeeded(CpuFeatures.HasInt8DotProduct) && settings.ConfigEntries.GetValueOrDefault(Int8Guard.Entry) == "1")
        {
            _log.Int8GuardSet(Int8Guard.Entry, Name);
        }
    }
}
