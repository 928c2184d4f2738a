namespace ResNet.Net.Onnx;

/// <summary>What to do with a model whose tensors lie in other files.</summary>
public enum ExternalDataPolicy
{
    /// <summary>The model is refused.</summary>
    Refuse,

    /// <summary>The files are read into the model, if they lie in the model's folder or below it; links that lead out of it are refused.</summary>
    ReadFromModelFolder,
}
