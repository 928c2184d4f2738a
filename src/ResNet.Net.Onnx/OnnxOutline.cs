using ResNet.Net.Onnx.Internals;

namespace ResNet.Net.Onnx;

/// <summary>What a model file says of itself, read without its tensors: milliseconds, whatever the file's size.</summary>
/// <param name="IrVersion">The version of the IR specification that the file is written in.</param>
/// <param name="Opset">The version of ONNX's own operator set; 1 where the file imports none, as the specification says.</param>
/// <param name="Inputs">The names of the graph's inputs.</param>
/// <param name="Initializers">The names of the graph's initializers (weights).</param>
/// <param name="HasExternalData">Whether tensors lie in other files.</param>
public sealed record OnnxOutline(long IrVersion, long Opset, IReadOnlyList<string> Inputs, IReadOnlyList<string> Initializers, bool HasExternalData)
{
    /// <summary>
    /// Whether callers could replace weights, since the graph lists them among its inputs: a runtime must not take them as constants then, and folds nothing.
    /// Files of IR version 3 have to list them; there it means nothing, and they are constants all the same.
    /// </summary>
    public bool HasReplaceableWeights => IrVersion >= 4 && Initializers.Intersect(Inputs).Any();

    /// <summary>Reads the outline of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The outline.</returns>
    /// <exception cref="OnnxModelException">The file is no ONNX model, or damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static OnnxOutline Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        return Read(file);
    }

    /// <summary>Reads the outline of a model from a stream that can seek.</summary>
    /// <param name="model">The bytes of an ONNX file, from the stream's position to its end; it stays open.</param>
    /// <returns>The outline.</returns>
    /// <exception cref="OnnxModelException">The bytes are no ONNX model, or damaged.</exception>
    public static OnnxOutline Read(Stream model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return OutlineReader.Read(model);
    }
}
