namespace ResNet.Net.Evaluation;

/// <summary>Represents the results of one class.</summary>
/// <param name="ClassIndex">The class index.</param>
/// <param name="Label">The class label.</param>
/// <param name="Count">The number of classified images of the class.</param>
/// <param name="Correct">The number of these images that are classified correctly.</param>
/// <param name="Predicted">The number of images, of any class, that are classified as this class.</param>
public sealed record ClassAccuracy(int ClassIndex, string Label, int Count, int Correct, int Predicted)
{
    /// <summary>Gets the percentage of the class's images that are classified correctly (recall); NaN if there are none.</summary>
    public double Accuracy => Count == 0 ? double.NaN : 100.0 * Correct / Count;

    /// <summary>Gets the percentage of the predictions of the class that are correct; NaN if there are none.</summary>
    public double Precision => Predicted == 0 ? double.NaN : 100.0 * Correct / Predicted;
}
