namespace ResNet.Net.Onnx;

/// <summary>Collects the nodes, initializers and warnings of an imported network.</summary>
internal sealed class ImportedGraph
{
    public const string Contrib = "com.microsoft";

    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<string> _warnings = [];

    public ImportedGraph(string name)
    {
        const int Opset = 13, IrVersion = 7;
        Model = new OnnxModel(IrVersion, Opset, name) { ProducerName = "ResNet.Net.Onnx" };
    }

    public OnnxModel Model { get; }

    public IReadOnlyList<string> Warnings => _warnings;

    public void Warn(string warning) => _warnings.Add(warning);

    /// <summary>Marks a name as used.</summary>
    public void Reserve(string name) => _names.Add(name);

    /// <summary>Creates a name that no value has.</summary>
    public string Unique(string stem)
    {
        string name = stem;
        int number = _numbers.GetValueOrDefault(stem);
        while (!_names.Add(name))
        {
            name = $"{stem}_{++number}";
        }

        _numbers[stem] = number;
        return name;
    }

    /// <summary>Adds a node that is named after its output.</summary>
    public OnnxNode Add(string opType, IEnumerable<string> inputs, string output, string domain = "")
    {
        if (domain.Length > 0)
        {
            Model.SetOpset(domain, 1);
        }

        OnnxNode node = new(opType, inputs, [output], output, domain);
        Model.Graph.Nodes.Add(node);
        return node;
    }

    /// <summary>Adds a small initializer and returns its name.</summary>
    public string Constant<T>(string stem, long[] shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        string name = Unique(stem);
        Model.Graph.Initializers.Add(OnnxTensor.Create(name, shape, values));
        return name;
    }

    /// <summary>Describes the quantization of a value with initializers.</summary>
    public ValueQuantization Quantization(string value, float scale, byte zeroPoint)
        => new(scale, zeroPoint, Constant<float>($"{value}_scale", [], [scale]), Constant<byte>($"{value}_zero_point", [], [zeroPoint]));

    /// <summary>Adds a Flatten of everything behind the batch, unless the value is flat.</summary>
    public string Flatten(NetworkValue value)
    {
        if (value.IsFlat)
        {
            return value.Name;
        }

        string name = Unique($"{value.Name}_flat");
        Add("Flatten", [value.Name], name).Attributes.Set("axis", 1);
        return name;
    }
}
