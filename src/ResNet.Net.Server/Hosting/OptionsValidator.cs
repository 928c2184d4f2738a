using Microsoft.Extensions.Options;

namespace ResNet.Net.Server;

/// <summary>Validates the options at startup. Every message names the key, the value and the remedy.</summary>
internal sealed class OptionsValidator(IEnumerable<ModelRegistration> models) : IValidateOptions<ResNetServerOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, ResNetServerOptions options)
    {
        List<string> failures = [];
        void Range(string property, long? value, long min, long max)
        {
            if (value < min || value > max)
            {
                failures.Add($"Server:{property} = {value}: use a value from {min} to {max}.");
            }
        }

        void Time(string property, TimeSpan value, TimeSpan min)
        {
            if (value < min || value > Longest)
            {
                failures.Add($"Server:{property} = {value}: use a time from {min} to {Longest}, such as 00:00:05.");
            }
        }

        Range(nameof(options.GrpcPort), options.GrpcPort, 0, ushort.MaxValue);
        Range(nameof(options.MaxRequestBytes), options.MaxRequestBytes, 1 << 10, 1 << 30);
        Range(nameof(options.MaxBufferedBytes), options.MaxBufferedBytes, options.MaxRequestBytes, long.MaxValue);
        Range(nameof(options.MaxImagesPerRequest), options.MaxImagesPerRequest, 1, 1024);
        Range(nameof(options.MaxBatchSize), options.MaxBatchSize, 1, 1024);
        Range(nameof(options.MaxConcurrentBatches), options.MaxConcurrentBatches, 1, 1024);
        Range(nameof(options.MaxQueueLength), options.MaxQueueLength, Math.Max(1, options.MaxBatchSize ?? 1), 1 << 20);
        Range(nameof(options.RequestsPerSecondPerClient), options.RequestsPerSecondPerClient, 1, 1_000_000);
        Time(nameof(options.RequestReadTimeout), options.RequestReadTimeout, TimeSpan.FromMilliseconds(1));
        Time(nameof(options.MaxQueueTime), options.MaxQueueTime, options.MaxQueueDelay + TimeSpan.FromMilliseconds(1));
        Time(nameof(options.MaxQueueDelay), options.MaxQueueDelay, TimeSpan.Zero);
        Time(nameof(options.ShutdownDelay), options.ShutdownDelay, TimeSpan.Zero);
        const int ShortestKey = 16;
        if (options.ApiKeys.Any(k => string.IsNullOrWhiteSpace(k) || k.Length < ShortestKey))
        {
            failures.Add($"Server:{nameof(options.ApiKeys)} has a key with fewer than {ShortestKey} characters. Use long random keys.");
        }

        if (!models.Any())
        {
            failures.Add("The server has no model. Add one with AddModel, or in the configuration section Models.");
        }
        else if (options.DefaultModel is string model && !models.Any(m => m.Name == model))
        {
            failures.Add(
                $"Server:{nameof(options.DefaultModel)} = '{model}': there is no such model. "
                + $"The models are {string.Join(", ", models.Select(m => m.Name).Distinct())}.");
        }
        else if (options.DefaultModel is null
            && models.Where(m => m.IsConfigured).Select(m => m.Name).Distinct().ToArray() is [_, _, ..] names)
        {
            // A configuration has no order.
            failures.Add(
                $"Several models are configured. Set Server:{nameof(options.DefaultModel)} to the one that answers /classify: "
                + $"{string.Join(", ", names)}.");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
