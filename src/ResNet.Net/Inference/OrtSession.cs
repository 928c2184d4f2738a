using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Represents a model loaded in ONNX Runtime. Several threads can run it concurrently.</summary>
internal sealed class OrtSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string _name;
    private readonly string? _logId;
    private readonly bool _rebindsInputs;

    // One for all runs: ONNX Runtime crashes if it is freed while a run uses it.
    private readonly RunOptions _runOptions = new();

    // The session's own reference, and one per run or rented slot. The last frees the native session: running a freed session crashes.
    private int _references = 1;
    private int _disposed;

    private OrtSession(SessionSettings settings, string name, Func<SessionOptions, InferenceSession> create)
    {
        _name = name;
        _rebindsInputs = settings.ExecutionProvider is { IsCpu: false } || settings.Configure is not null;
        IsFromCache = settings.IsFromCache;
        _logId = settings.Log is { } log ? OrtRuntime.AddLog(new OnnxRuntimeLog(log)) : null;
        try
        {
            using SessionOptions options = SessionOptionsBuilder.Build(settings, _logId);
            _session = create(options);
            Inputs = Read(_session.InputNames, _session.InputMetadata);
            Outputs = Read(_session.OutputNames, _session.OutputMetadata);
        }
        catch (Exception exception)
        {
            _session?.Dispose();
            Free();
            if (exception is OnnxRuntimeException)
            {
                throw Failure("to load", exception);
            }

            throw;
        }
    }

    /// <summary>Reads one output of a run.</summary>
    /// <param name="output">The index among the requested outputs.</param>
    /// <param name="values">The values, which are valid during the call only.</param>
    /// <param name="shape">The shape.</param>
    public delegate void OutputReader(int output, ReadOnlySpan<float> values, long[] shape);

    public IReadOnlyList<TensorMetadata> Inputs { get; }

    public IReadOnlyList<TensorMetadata> Outputs { get; }

    /// <summary>Gets whether the model comes from <see cref="OptimizedModelCache"/>.</summary>
    public bool IsFromCache { get; }

    /// <summary>Opens a model in a file, which ONNX Runtime reads.</summary>
    /// <exception cref="InferenceException">ONNX Runtime rejects the model or a setting.</exception>
    public static OrtSession FromFile(string path, SessionSettings settings)
    {
        OrtRuntime.Get();
        if (RegularFile.IsSpecial(path))
        {
            throw new InferenceException($"'{path}' is a named pipe, a device or a socket, not a model file.");
        }

        return new OrtSession(settings, path, options => new InferenceSession(path, options));
    }

    /// <summary>Opens a model in memory, which ONNX Runtime copies.</summary>
    /// <exception cref="InferenceException">ONNX Runtime rejects the model or a setting.</exception>
    public static OrtSession FromMemory(byte[] model, string name, SessionSettings settings)
    {
        OrtRuntime.Get();
        return new OrtSession(settings, name, options => new InferenceSession(model, options));
    }

    /// <summary>Binds tensors, which must outlive the binding.</summary>
    /// <exception cref="ArgumentException">The model has no input or output with a name.</exception>
    public TensorBinding Bind(ReadOnlySpan<NamedTensor> inputs, ReadOnlySpan<NamedTensor> outputs)
    {
        AddReference();
        try
        {
            Check("input", inputs, Inputs);
            Check("output", outputs, Outputs);
            return new TensorBinding(_session, inputs, outputs);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Failure("to bind the tensors of", exception);
        }
        finally
        {
            RemoveReference();
        }
    }

    /// <summary>Runs the model on bound tensors. On the CPU, it allocates nothing.</summary>
    /// <exception cref="InferenceException">The run fails.</exception>
    public void Run(TensorBinding binding)
    {
        AddReference();
        try
        {
            if (_rebindsInputs)
            {
                binding.BindInputs();
            }

            _session.RunWithBinding(_runOptions, binding.Native);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Failure("to run", exception);
        }
        finally
        {
            RemoveReference();
            GC.KeepAlive(binding);
        }
    }

    /// <summary>Runs the model and copies one output, whose shape may be unknown before.</summary>
    public (float[] Values, long[] Shape) RunToArray(ReadOnlySpan<NamedTensor> inputs, string output)
    {
        (float[] Values, long[] Shape) result = ([], []);
        RunAndRead(inputs, [output], (_, values, shape) => result = (values.ToArray(), shape));
        return result;
    }

    /// <summary>Runs the model and passes each output to a callback. Their shapes may be unknown before.</summary>
    public void RunAndRead(ReadOnlySpan<NamedTensor> inputs, IReadOnlyList<string> outputs, OutputReader read)
    {
        AddReference();
        try
        {
            Check("input", inputs, Inputs);
            NamedTensor[] named = [.. inputs];
            using IDisposableReadOnlyCollection<OrtValue> values = RunCore(named, outputs);
            for (int i = 0; i < values.Count; i++)
            {
                OrtTensorTypeAndShapeInfo info = values[i].GetTensorTypeAndShape();
                if (info.ElementDataType != TensorElementType.Float)
                {
                    throw new ResNetException(
                        $"The output '{outputs[i]}' is {(OnnxElementType)(int)info.ElementDataType}; "
                        + $"only {OnnxElementType.Float} outputs can be read.");
                }

                read(i, values[i].GetTensorDataAsSpan<float>(), info.Shape);
            }
        }
        finally
        {
            RemoveReference();
        }
    }

    /// <summary>Runs a model without inputs and copies all its outputs.</summary>
    public IReadOnlyList<OnnxTensor> RunToTensors()
    {
        AddReference();
        try
        {
            string[] names = [.. Outputs.Select(o => o.Name)];
            using IDisposableReadOnlyCollection<OrtValue> values = RunCore([], names);
            return [.. values.Select((value, i) => TensorOf(names[i], value))];
        }
        finally
        {
            RemoveReference();
        }
    }

    /// <summary>Keeps the model loaded until <see cref="RemoveReference"/>, even if the session is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The model has been freed.</exception>
    public void AddReference()
    {
        int references = Volatile.Read(ref _references);
        while (true)
        {
            ObjectDisposedException.ThrowIf(references == 0, this);
            int before = Interlocked.CompareExchange(ref _references, references + 1, references);
            if (before == references)
            {
                return;
            }

            references = before;
        }
    }

    public void RemoveReference()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            _session.Dispose();
            Free();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            RemoveReference();
        }
    }

    private IDisposableReadOnlyCollection<OrtValue> RunCore(NamedTensor[] inputs, IReadOnlyList<string> outputs)
    {
        try
        {
            return _session.Run(_runOptions, [.. inputs.Select(i => i.Name)], [.. inputs.Select(i => i.Value)], [.. outputs]);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Failure("to run", exception);
        }
    }

    private static OnnxTensor TensorOf(string name, OrtValue value)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        ReadOnlySpan<byte> bytes = info.ElementCount == 0 ? [] : value.GetTensorMutableRawData();
        return OnnxTensor.Create(name, (OnnxElementType)(int)info.ElementDataType, info.Shape, bytes);
    }

    private void Free()
    {
        _runOptions.Dispose();
        if (_logId is not null)
        {
            OrtRuntime.RemoveLog(_logId);
        }
    }

    private InferenceException Failure(string action, Exception exception)
        => new($"ONNX Runtime {OrtRuntime.Version} failed {action} the model '{_name}': {exception.Message.Trim()}", exception);

    private static void Check(string kind, ReadOnlySpan<NamedTensor> tensors, IReadOnlyList<TensorMetadata> known)
    {
        foreach (NamedTensor tensor in tensors)
        {
            if (!known.Any(k => k.Name == tensor.Name))
            {
                throw new ArgumentException(
                    $"The model has no {kind} '{tensor.Name}'. It has: {string.Join(", ", known)}.", nameof(tensors));
            }
        }
    }

    private static TensorMetadata[] Read(IReadOnlyList<string> names, IReadOnlyDictionary<string, NodeMetadata> metadata) =>
    [
        .. names.Select(name => metadata[name] is { IsTensor: true } tensor
            ? new TensorMetadata(name, (OnnxElementType)(int)tensor.ElementDataType, [.. tensor.Dimensions.Select(d => (long)d)])
            : new TensorMetadata(name, OnnxElementType.Undefined, [])),
    ];
}

/// <summary>Describes an input or output of a model. A dimension that the file leaves open is -1.</summary>
internal sealed record TensorMetadata(string Name, OnnxElementType ElementType, IReadOnlyList<long> Shape)
{
    public static string FormatShape(IEnumerable<long> shape)
        => $"[{string.Join(", ", shape.Select(d => d < 0 ? "?" : d.ToString()))}]";

    public override string ToString() => $"'{Name}' {ElementType} {FormatShape(Shape)}";
}
