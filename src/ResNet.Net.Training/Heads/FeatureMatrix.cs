namespace ResNet.Net.Training;

/// <summary>Represents feature vectors as the rows of a matrix <c>[Rows, Columns]</c>, row after row.</summary>
/// <param name="Values">The values; <c>Rows * Columns</c> of them.</param>
/// <param name="Rows">The number of vectors.</param>
/// <param name="Columns">The number of features.</param>
internal sealed record FeatureMatrix(float[] Values, int Rows, int Columns)
{
    public ReadOnlySpan<float> this[int row] => Values.AsSpan(row * Columns, Columns);
}
