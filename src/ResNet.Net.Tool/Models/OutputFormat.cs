namespace ResNet.Net.Tool.Models;

/// <summary>The form of a command's result.</summary>
internal enum OutputFormat
{
    Text,

    /// <summary>One JSON object per line.</summary>
    Json,
}
