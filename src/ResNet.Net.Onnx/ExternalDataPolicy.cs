namespace ResNet.Net.Onnx;

/// <summary>Specifies how to load a model that stores tensors in external files.</summary>
public enum ExternalDataPolicy
{
    /// <summary>Rejects the model.</summary>
    Reject,

    /// <summary>
    /// Reads the files into the model if they are in the model's folder or below it. Links that lead out of that folder are rejected.
    /// </summary>
    ReadFromModelFolder,
}
