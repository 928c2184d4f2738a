namespace ResNet.Net.Comparison;

/// <summary>The exception that is thrown when a contestant cannot run. The message is the reason in the tables.</summary>
internal sealed class PeerException(string message) : Exception(message);
