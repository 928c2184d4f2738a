namespace ResNet.Net.Onnx;

/// <summary>Holds what each blob contains while the operators of a network are imported in order.</summary>
internal sealed class NetworkVariables
{
    private readonly ImportedGraph _graph;
    private readonly Dictionary<string, FilledBlob> _blobs = [];
    private readonly Dictionary<string, NetworkValue> _values = [];
    private readonly Dictionary<string, int> _lastWriters = [];
    private string? _inputName;

    public NetworkVariables(ImportedGraph graph, IReadOnlyList<OperatorReader> operators)
    {
        _graph = graph;
        foreach (OperatorReader op in operators)
        {
            foreach (string output in op.Outputs)
            {
                _lastWriters[output] = op.Index;
                graph.Reserve(output);
            }
        }
    }

    /// <summary>Gets the number of bytes of the filled blobs.</summary>
    public long Size { get; private set; }

    public void Fill(FilledBlob blob)
    {
        Size += blob.Size;
        _blobs[blob.Name] = blob;
        _values.Remove(blob.Name);
    }

    public void Write(string name, NetworkValue value)
    {
        _values[name] = value;
        _blobs.Remove(name);
    }

    public bool IsFilled(string name) => _blobs.ContainsKey(name);

    public NetworkValue? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>Returns the ONNX name of an operator's result. The last value of a blob has the name of the blob.</summary>
    public string NameOf(OperatorReader op)
        => _lastWriters[op.Outputs[0]] == op.Index && op.Outputs[0] != _inputName ? op.Outputs[0] : _graph.Unique(op.Outputs[0]);

    /// <summary>Writes the input of the network. Its name isn't used for another value.</summary>
    public void WriteInput(string name, NetworkValue value)
    {
        _inputName = name;
        _graph.Reserve(name);
        Write(name, value);
    }

    /// <summary>Returns a float value that an operator reads.</summary>
    public NetworkValue Float(OperatorReader op, int input)
    {
        NetworkValue value = Value(op, input);
        return value.Quantization is null ? value : throw op.Error(
            $"the blob '{op.Inputs[input]}' is quantized, but the operator needs floats. Int8Dequantize must precede it");
    }

    /// <summary>Returns a quantized value that an operator reads.</summary>
    public NetworkValue Quantized(OperatorReader op, int input)
    {
        NetworkValue value = Value(op, input);
        return value.Quantization is not null ? value : throw op.Error(
            $"the blob '{op.Inputs[input]}' contains floats, but the operator needs int8. Int8Quantize must precede it");
    }

    /// <summary>Returns the weights that an operator reads.</summary>
    public FilledBlob Weights(OperatorReader op, int input)
    {
        string name = op.Inputs[input];
        return !_blobs.TryGetValue(name, out FilledBlob? blob)
                ? throw op.Error(_values.ContainsKey(name)
                    ? $"the blob '{name}' is computed, but the operator needs weights that the init network fills"
                    : NeverWritten(name))
            : blob.HasValues ? blob
            : throw op.Error($"the weights '{name}' are filled by {blob.Source.Type}, which doesn't contain values. "
                + "Export the trained network with GivenTensorFill");
    }

    private static string NeverWritten(string name)
        => $"the blob '{name}' is never written. Check that the init network belongs to the predict network and is complete";

    private NetworkValue Value(OperatorReader op, int input)
    {
        string name = op.Inputs[input];
        return _values.TryGetValue(name, out NetworkValue? value) ? value : throw op.Error(_blobs.ContainsKey(name)
            ? $"the blob '{name}' is a constant, but the operator needs a computed value"
            : NeverWritten(name));
    }
}
