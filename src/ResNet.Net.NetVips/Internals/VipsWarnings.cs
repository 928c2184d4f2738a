using NetVips;

namespace ResNet.Net;

/// <summary>
/// Keeps the warnings of libvips off standard error while a decoder works: untrusted images must not fill the application's output.
/// </summary>
internal static class VipsWarnings
{
    private const string Domain = "VIPS";
    private static readonly Lock Gate = new();
    private static bool _isInstalled;
    private static int _decoding;

    // The handler stays: GLib may be calling it on another thread while it is removed.
    public static void Install()
    {
        lock (Gate)
        {
            if (!_isInstalled)
            {
                _isInstalled = true;
                _ = Log.SetLogHandler(
                    Domain,
                    Enums.LogLevelFlags.Warning | Enums.LogLevelFlags.Message | Enums.LogLevelFlags.Info | Enums.LogLevelFlags.Debug,
                    Handle);
            }
        }
    }

    /// <summary>Drops warnings until the result is disposed.</summary>
    public static Scope Drop()
    {
        _ = Interlocked.Increment(ref _decoding);
        return default;
    }

    // As GLib does without a handler: information only where G_MESSAGES_DEBUG asks for it.
    private static void Handle(string domain, Enums.LogLevelFlags level, string message)
    {
        bool isShown = (level & (Enums.LogLevelFlags.Warning | Enums.LogLevelFlags.Message)) != 0
            || Environment.GetEnvironmentVariable("G_MESSAGES_DEBUG") is "all" or Domain;
        if (Volatile.Read(ref _decoding) == 0 && isShown)
        {
            Console.Error.WriteLine($"(process:{Environment.ProcessId}): {domain}-{level.ToString().ToUpperInvariant()} **: {message}");
        }
    }

    internal readonly ref struct Scope
    {
#pragma warning disable CA1822 // using calls it on the instance
        public void Dispose() => Interlocked.Decrement(ref _decoding);
#pragma warning restore CA1822
    }
}
