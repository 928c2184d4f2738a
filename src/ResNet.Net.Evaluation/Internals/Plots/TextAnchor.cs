namespace ResNet.Net.Evaluation.Internals.Plots;

/// <summary>Which point of a text its position is.</summary>
internal enum TextAnchor
{
    Start,
    Middle,
    End,
}
