namespace ResNet.Net;

/// <summary>What an image is handed in for.</summary>
internal enum Operation
{
    Classify,
    Probabilities,
    Scores,
    Embed,
    Explain,
}
