namespace ResNet.Net.Comparison;

/// <summary>Represents an input row of the pipeline.</summary>
internal sealed class ImageRow
{
    public string Path { get; set; } = "";
}
