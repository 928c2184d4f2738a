using Microsoft.Extensions.Options;

namespace ResNet.Net.Extensions;

/// <summary>Validates settings at startup by the library's own rules. Every message names the key, the value and the remedy.</summary>
/// <param name="name">The options name.</param>
/// <param name="prefix">The prefix that turns property names into configuration keys.</param>
/// <param name="describesModel">Whether the model is created from the settings; otherwise they only configure its loading.</param>
internal sealed class SettingsValidator<TSettings>(string name, string prefix, bool describesModel) : IValidateOptions<TSettings>
    where TSettings : ResNetModelSettings
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? optionsName, TSettings options)
    {
        if (optionsName != name)
        {
            return ValidateOptionsResult.Skip;
        }

        List<string> failures = [];
        void Check(string property, object? value, Action use)
        {
            try
            {
                use();
            }
            catch (ArgumentException exception)
            {
                // Removes the name of the library's parameter, which .NET appends; the key is named instead.
                string message = exception.Message.Split(" (Parameter '")[0];
                failures.Add($"{prefix}{property} = '{value}': {message}");
            }
        }

        if (describesModel)
        {
            CheckModel(options, failures);
        }

        Check(nameof(options.Model), options.Model, () => _ = options.Model is string id ? ResNetVariant.Parse(id) : null);
        Check(
            nameof(options.Profile),
            options.Profile,
            () => _ = options.Profile is string profile ? PreprocessingProfile.Parse(profile) : null);
        if (options is ResNetClassifierSettings { OutputKind: var kind })
        {
            Check(nameof(ResNetClassifierSettings.OutputKind), kind, () => ThrowUnlessDefined(kind));
        }

        Check(nameof(options.Crops), options.Crops, () => new ResNetClassifierOptions { Crops = options.Crops }.Validate());
        Check(
            nameof(options.ExecutionMode),
            options.ExecutionMode,
            () => new ResNetClassifierOptions { ExecutionMode = options.ExecutionMode }.Validate());
        Check(nameof(options.Threads), options.Threads, () => new ResNetClassifierOptions { Threads = options.Threads }.Validate());
        Check(nameof(options.BatchSize), options.BatchSize, () => new ResNetClassifierOptions { BatchSize = options.BatchSize }.Validate());
        Check(
            nameof(options.ExecutionProvider),
            options.ExecutionProvider,
            () => _ = options.ExecutionProvider is string provider ? new ExecutionProvider(provider) : null);
        CheckWithoutProvider(options, failures);
        CheckDecoding(options.Decoding, Check);
        CheckStore(options.Store, Check);
        Check(nameof(options.RetryDelay), options.RetryDelay, () => ThrowUnlessDelay(options.RetryDelay));
        Check(nameof(options.MaxRetryDelay), options.MaxRetryDelay, () => ThrowUnlessDelay(options.MaxRetryDelay));
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private void CheckModel(TSettings options, List<string> failures)
    {
        bool hasPath = !string.IsNullOrWhiteSpace(options.ModelPath);
        if (options.Model is null && !hasPath)
        {
            failures.Add(
                $"{prefix}{nameof(options.Model)} is not set. Set it to the id of a variant, such as {ResNetVariant.ResNet50V1.Id}, "
                + $"or set {prefix}{nameof(options.ModelPath)} to an ONNX file.");
        }

        if (options.Model is not null && hasPath)
        {
            failures.Add(
                $"{prefix}{nameof(options.Model)} = '{options.Model}' and {prefix}{nameof(options.ModelPath)} = '{options.ModelPath}' "
                + "are both set. Set one of them.");
        }

        (string, string?)[] ofModelPath =
        [
            (nameof(ResNetClassifierSettings.Labels), (options as ResNetClassifierSettings)?.Labels),
            (nameof(options.InputName), options.InputName),
            (nameof(options.OutputName), options.OutputName),
        ];
        foreach ((string property, string? value) in ofModelPath)
        {
            if (options.Model is not null && value is not null)
            {
                failures.Add(
                    $"{prefix}{property} = '{value}': the variant '{options.Model}' defines its own. "
                    + $"Remove it, or set {prefix}{nameof(options.ModelPath)} instead of {nameof(options.Model)}.");
            }
        }
    }

    private void CheckWithoutProvider(TSettings options, List<string> failures)
    {
        if (options.ExecutionProvider is null && (options.ExecutionProviderOptions.Count > 0 || options.AllowCpuFallback))
        {
            string property = options.AllowCpuFallback ? nameof(options.AllowCpuFallback) : nameof(options.ExecutionProviderOptions);
            failures.Add(
                $"{prefix}{property} is set, but {prefix}{nameof(options.ExecutionProvider)} is not. "
                + $"Set the execution provider, or remove {property}.");
        }
    }

    private static void CheckDecoding(ResNetDecodingSettings decoding, Action<string, object?, Action> check)
    {
        const string Section = nameof(ResNetModelSettings.Decoding);
        void Check(string property, object? value, ResNetDecodingSettings alone)
            => check($"{Section}:{property}", value, () => SettingsReader.DecodingOf(alone).Validate());

        Check(nameof(decoding.MaxBytes), decoding.MaxBytes, new() { MaxBytes = decoding.MaxBytes });
        Check(nameof(decoding.MaxWidth), decoding.MaxWidth, new() { MaxWidth = decoding.MaxWidth });
        Check(nameof(decoding.MaxHeight), decoding.MaxHeight, new() { MaxHeight = decoding.MaxHeight });
        Check(nameof(decoding.MaxPixels), decoding.MaxPixels, new() { MaxPixels = decoding.MaxPixels });
        Check(nameof(decoding.MaxDuration), decoding.MaxDuration, new() { MaxDuration = decoding.MaxDuration });
    }

    private static void CheckStore(ResNetStoreSettings store, Action<string, object?, Action> check)
    {
        // An explicit folder: a missing default folder is not an error of the value under test.
        const string Section = nameof(ResNetModelSettings.Store);
        void Check(string property, object? value, Func<ModelStoreOptions> alone)
            => check($"{Section}:{property}", value, () => _ = new ModelStore(alone() with { RootFolder = store.RootFolder ?? "." }));

        Check(nameof(store.RootFolder), store.RootFolder, () => new() { RootFolder = store.RootFolder });
        for (int i = 0; i < store.LocalFolders.Count; i++)
        {
            string folder = store.LocalFolders[i];
            Check($"{nameof(store.LocalFolders)}:{i}", folder, () => new() { LocalFolders = [folder] });
        }

        for (int i = 0; i < store.Mirrors.Count; i++)
        {
            string mirror = store.Mirrors[i];
            Check($"{nameof(store.Mirrors)}:{i}", mirror, () => new() { Sources = [ModelSource.Mirror(mirror)] });
        }

        Check(
            nameof(store.ResponseTimeout),
            store.ResponseTimeout,
            () => SettingsReader.StoreOf(new() { ResponseTimeout = store.ResponseTimeout }));
        Check(nameof(store.IdleTimeout), store.IdleTimeout, () => SettingsReader.StoreOf(new() { IdleTimeout = store.IdleTimeout }));
        Check(nameof(store.Retries), store.Retries, () => SettingsReader.StoreOf(new() { Retries = store.Retries }));
    }

    private static void ThrowUnlessDefined(OutputKind? kind)
    {
        if (kind is OutputKind value && !Enum.IsDefined(value))
        {
            throw new ArgumentException($"The output kind must be one of {string.Join(", ", Enum.GetNames<OutputKind>())}.");
        }
    }

    private static void ThrowUnlessDelay(TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero || delay > MaxDelay)
        {
            throw new ArgumentException("A delay must be positive and at most a day, such as 00:00:05.");
        }
    }
}
