namespace ResNet.Net.Training;

/// <summary>Represents a candidate strength of the L2 penalty.</summary>
/// <param name="L2">The strength.</param>
/// <param name="Accuracy">
/// The top-1 accuracy on the validation images in percent; for independent classes, the mean average precision.
/// </param>
/// <param name="Loss">The mean cross-entropy on the validation images in nats, after calibration.</param>
public sealed record L2Trial(double L2, double Accuracy, double Loss);
