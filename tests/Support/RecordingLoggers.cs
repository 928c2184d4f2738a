using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Tests.Support;

/// <summary>Represents a recorded log message.</summary>
internal sealed record LogEntry(
    string Category,
    LogLevel Level,
    EventId Event,
    string Message,
    IReadOnlyDictionary<string, object?> Values,
    Exception? Exception);

/// <summary>Records log messages, as a logger factory or as a provider of another factory.</summary>
/// <param name="minimumLevel">The lowest level that is enabled.</param>
internal sealed class RecordingLoggers(LogLevel minimumLevel = LogLevel.Trace) : ILoggerFactory, ILoggerProvider
{
    private readonly LogLevel _minimumLevel = minimumLevel;
    private readonly ConcurrentQueue<LogEntry> _entries = new();

    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <summary>Gets the entries of the event with the given name.</summary>
    public IReadOnlyList<LogEntry> Of(string eventName) => [.. _entries.Where(e => e.Event.Name == eventName)];

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Recorder(RecordingLoggers loggers, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= loggers._minimumLevel;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Dictionary<string, object?> values = state is IReadOnlyList<KeyValuePair<string, object?>> pairs ? new(pairs) : [];
                loggers._entries.Enqueue(new LogEntry(category, logLevel, eventId, formatter(state, exception), values, exception));
            }
        }
    }
}
