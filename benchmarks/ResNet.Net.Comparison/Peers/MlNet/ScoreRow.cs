using Microsoft.ML.Data;

namespace ResNet.Net.Comparison;

/// <summary>Represents an output row of the pipeline.</summary>
internal sealed class ScoreRow
{
    [ColumnName(MlNetPeer.ScoreColumn)]
    public float[] Scores { get; set; } = [];
}
