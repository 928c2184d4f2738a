using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Shows warnings of the library on standard error. Errors reach the user as exceptions.</summary>
internal sealed class Warnings : ILoggerFactory, ILogger
{
    private Warnings()
    {
    }

    public static ILoggerFactory Factory { get; } = new Warnings();

    // Warnings of ONNX Runtime are for developers.
    public ILogger CreateLogger(string categoryName)
        => categoryName == ResNetTelemetry.OnnxRuntimeLogCategory ? NullLogger.Instance : this;

    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Terminal.Error.WriteLine($"Warning: {LibraryTerms.Replace(formatter(state, exception)).ReplaceLineEndings(" ")}");
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
