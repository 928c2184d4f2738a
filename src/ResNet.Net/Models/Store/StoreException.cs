namespace ResNet.Net;

/// <summary>The store's own folder fails: read-only, full, gone. No other source can help.</summary>
internal sealed class StoreException(string message, Exception? innerException = null) : Exception(message, innerException);
