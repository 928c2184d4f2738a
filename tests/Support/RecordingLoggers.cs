using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Tests.Support;

/// <summary>Keeps whatever is logged: as a factory of its own, or as a provider of an application's.</summary>
internal sealed class RecordingLoggers(LogLevel least = LogLevel.Trace) : ILoggerFactory, ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();

    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <summary>The entries of an event, by its name.</summary>
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

        public bool IsEnabled(LogLevel logLevel) => logLevel >= loggers.Least;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Dictionary<string, object?> values = state is IReadOnlyList<KeyValuePair<string, object?>> pairs ? new(pairs) : [];
                loggers._entries.Enqueue(new LogEntry(category, logLevel, eventId, formatter(state, exception), values, exception));
            }
        }
    }

    private LogLevel Least { get; } = least;
}
