namespace ResNet.Net.Onnx;

/// <summary>Imports a pair of networks, operator by operator.</summary>
internal sealed class NetworkImporter
{
    private const string WhichFiles = "Pass init_net.pb as the init network and predict_net.pb as the predict network";

    private const string BatchDimension = "N";

    // Weights that a file stores in fewer bytes than a model, and small initializers.
    private const long BudgetFactor = 8, BaseBudget = 16L << 20;

    private readonly ImportedGraph _graph;
    private readonly OperatorReader[] _operators;
    private readonly NetworkVariables _variables;
    private readonly Dictionary<string, OperatorImport> _imports;

    private NetworkImporter(Caffe2Net init, Caffe2Net predict, Caffe2ImportOptions options)
    {
        _graph = new ImportedGraph(string.IsNullOrEmpty(predict.Name) ? "caffe2" : predict.Name);
        _operators = [.. predict.Operators.Select((op, i) => new OperatorReader(op, i, "predict"))];
        _variables = new NetworkVariables(_graph, _operators);
        Fill([.. init.Operators.Select((op, i) => new OperatorReader(op, i, "init"))]);
        WeightWriter weights = new(_graph, (_variables.Size * BudgetFactor) + BaseBudget);
        _imports = new Dictionary<string, OperatorImport>(
        [
            .. new FloatOperators(_graph, _variables, weights).All,
            .. new QuantizedOperators(_graph, _variables, weights, QuantizedNodes.Create(_graph, options.Format)).All,
        ]);
    }

    public static Caffe2ImportResult Import(Caffe2Net init, Caffe2Net predict, Caffe2ImportOptions options)
    {
        NetworkImporter importer = new(init, predict, options);
        importer.CheckOperators();
        importer.AddInput(options);
        importer.AddNodes();
        importer.AddOutput(predict);
        importer._graph.Model.Graph.RemoveUnused();
        return new Caffe2ImportResult(importer._graph.Model, importer._graph.Warnings);
    }

    private static bool IsComputing(OperatorReader op) => !FilledBlob.IsFill(op.Type);

    // Sums have no weights. Of other operators, the first input is computed and the others are weights.
    private static IEnumerable<string> ComputedInputs(OperatorReader op)
        => op.Type is "Sum" || op.Type.StartsWith("Int8Sum", StringComparison.Ordinal)
            || op.Type.StartsWith("Int8Add", StringComparison.Ordinal)
                ? op.Inputs
                : op.Inputs.Take(1);

    private void Fill(OperatorReader[] fills)
    {
        foreach (OperatorReader op in fills)
        {
            if (IsComputing(op))
            {
                throw op.Error($"it doesn't fill a blob with weights. {WhichFiles}");
            }

            _variables.Fill(FilledBlob.Read(op));
        }
    }

    private void CheckOperators()
    {
        if (!_operators.Any(IsComputing))
        {
            throw new OnnxModelException(_operators.Length == 0
                ? "The predict network has no operators. Check that the file is complete."
                : $"All {_operators.Length} operators of the predict network fill blobs. "
                    + $"{WhichFiles}.");
        }

        foreach (OperatorReader op in _operators.Where(IsComputing))
        {
            if (!_imports.ContainsKey(op.Type))
            {
                throw op.Error($"the operator type is not supported. Supported types: {string.Join(", ", _imports.Keys)}");
            }

            if (op.Outputs is not [{ Length: > 0 }])
            {
                throw op.Error($"it has {op.Outputs.Count} outputs instead of one with a name");
            }
        }

        OperatorReader[] others = [.. _operators.Where(op => op.Type.StartsWith("Int8", StringComparison.Ordinal)
            && !FilledBlob.IsFill(op.Type) && !op.Engine.StartsWith("DNNLOWP", StringComparison.Ordinal))];
        if (others is [OperatorReader other, ..])
        {
            _graph.Warn($"{other}: the engine is '{other.Engine}' instead of DNNLOWP. "
                + $"In total, {others.Length} operators have another engine. "
                + "The importer uses the rounding of DNNLOWP, so values can differ from Caffe2's by one step.");
        }
    }

    // The declared inputs of published networks contain blobs that nothing reads.
    private void AddInput(Caffe2ImportOptions options)
    {
        HashSet<string> written = [], read = [];
        List<string> unfilled = [], filled = [];
        foreach (OperatorReader op in _operators)
        {
            foreach (string name in (IsComputing(op) ? ComputedInputs(op) : []).Where(n => !written.Contains(n)))
            {
                if (read.Add(name))
                {
                    (_variables.IsFilled(name) ? filled : unfilled).Add(name);
                }
            }

            written.UnionWith(op.Outputs);
        }

        // Caffe2's exporter fills the input with one number if it is declared.
        List<string> inputs = unfilled.Count > 0 ? unfilled : filled;
        if (inputs is not [{ Length: > 0 } input])
        {
            throw new OnnxModelException(inputs.Count == 0
                ? "The predict network has no input: no operator reads a blob before it is written. Check that the file is complete."
                : $"The predict network reads {inputs.Count} blobs that are never written: "
                    + $"{string.Join(", ", inputs.Take(5).Select(n => $"'{n}'"))}. A classifier has one input.");
        }

        (int channels, int height, int width) = (options.Channels, options.Height, options.Width);
        _variables.WriteInput(input, new NetworkValue(input, channels, height, width));
        _graph.Model.Graph.Inputs.Add(new OnnxValueInfo(input, OnnxElementType.Float, [BatchDimension, channels, height, width]));
    }

    private void AddNodes()
    {
        foreach (OperatorReader op in _operators)
        {
            if (IsComputing(op))
            {
                _variables.Write(op.Outputs[0], _imports[op.Type](op));
            }
            else
            {
                _variables.Fill(FilledBlob.Read(op));
            }
        }
    }

    // The declared outputs of published networks contain blobs that are not the scores.
    private void AddOutput(Caffe2Net predict)
    {
        OperatorReader last = _operators.Last(IsComputing);
        string name = predict.ExternalOutputs.Contains(last.Outputs[0])
            ? last.Outputs[0]
            : predict.ExternalOutputs.FirstOrDefault(o => _variables.Find(o) is { Quantization: null, Height: 1, Width: 1 })
                ?? last.Outputs[0];
        NetworkValue? scores = _variables.Find(name);
        if (scores is not { Quantization: null, Height: 1, Width: 1 })
        {
            throw last.Error(scores is null ? "a fill operator overwrites its result"
                : scores.Quantization is not null ? $"the result '{name}' of the network is quantized. Int8Dequantize must follow it"
                : $"the result '{name}' of the network has the shape {scores} instead of class scores. The network is not a classifier");
        }

        string output = _graph.Flatten(scores);
        _graph.Model.Graph.Outputs.Add(new OnnxValueInfo(output, OnnxElementType.Float, [BatchDimension, scores.Channels]));
    }
}
