namespace ResNet.Net.Evaluation;

/// <summary>How a model does on one class.</summary>
/// <param name="ClassIndex">The class.</param>
/// <param name="Label">Its name.</param>
/// <param name="Count">Pictures of the class that were classified.</param>
/// <param name="Right">Of these, those whose most probable class it is.</param>
/// <param name="Predicted">Pictures of any class whose most probable class it is.</param>
public sealed record ClassAccuracy(int ClassIndex, string Label, int Count, int Right, int Predicted)
{
    /// <summary>The share of its pictures that are right (recall), in percent; NaN where it has none.</summary>
    public double Accuracy => Count == 0 ? double.NaN : 100.0 * Right / Count;

    /// <summary>The share of the pictures taken for it that are of it, in percent; NaN where none is.</summary>
    public double Precision => Predicted == 0 ? double.NaN : 100.0 * Right / Predicted;
}
