using Microsoft.Extensions.Logging;

namespace ResNet.Net.Tests.Support;

/// <summary>What was logged.</summary>
internal sealed record LogEntry(
    string Category, LogLevel Level, EventId Event, string Message, IReadOnlyDictionary<string, object?> Values, Exception? Exception);
