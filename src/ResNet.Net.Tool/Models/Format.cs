using System.Globalization;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tool.Models;

/// <summary>Formats numbers and states for tables.</summary>
internal static class Format
{
    /// <summary>Formats a size; an unknown one is empty.</summary>
    public static string Megabytes(long? bytes) => (bytes / 1e6)?.ToString("F1", CultureInfo.InvariantCulture) ?? "";

    public static string Gigabytes(long bytes) => $"{(bytes / 1e9).ToString("F1", CultureInfo.InvariantCulture)} GB";

    public static string Percent(double? accuracy) => accuracy?.ToString("F2", CultureInfo.InvariantCulture) ?? "";

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Precision(ResNetVariant variant)
        => variant.Precision == ModelPrecision.Fp32 ? "fp32"
        : variant.QuantizationFormat == QuantizationFormat.Qdq ? "int8 QDQ"
        : "int8 QOperator";

    public static string State(StoredModel model)
    {
        string state = model.State switch
        {
            StoredModelState.Verified => string.Create(CultureInfo.InvariantCulture, $"verified {model.VerifiedAt:yyyy-MM-dd}"),
            StoredModelState.HashRecorded => string.Create(
                CultureInfo.InvariantCulture, $"no published hash, recorded {model.VerifiedAt:yyyy-MM-dd}"),
            StoredModelState.Unverified => "not verified yet",
            StoredModelState.Partial => string.Create(
                CultureInfo.InvariantCulture, $"{100.0 * model.Bytes / model.File.Bytes:F0} % downloaded"),
            _ => "damaged, quarantined",
        };
        return model.Kind == StoredFileKind.TestData ? $"test data: {state}"
            : model.Variant.Files.Count > 1 ? $"{model.File}: {state}"
            : state;
    }
}
