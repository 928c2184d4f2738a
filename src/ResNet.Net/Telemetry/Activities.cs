using System.Diagnostics;

namespace ResNet.Net;

/// <summary>How every span ends.</summary>
internal static class Activities
{
    /// <summary>Ends a span; one that failed says why in a word, not in the words of a message, which may hold paths.</summary>
    public static void End(Activity? span, Exception? error)
    {
        if (error is not null && span is not null)
        {
            string reason = FailureReason.Of(error);
            span.SetTag(TagNames.ErrorType, reason).SetStatus(ActivityStatusCode.Error, reason);
        }

        span?.Dispose();
    }
}
