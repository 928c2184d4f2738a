using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>A model loaded in ONNX Runtime. Any number of threads can run it concurrently.</summary>
internal sealed class OrtSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string _name;
    private readonly string? _logId;
    private readonly bool _bindsInputsAnew;

    // One for all runs: ONNX Runtime crashes where one is freed while a run uses it.
    private readonly RunOptions _runOptions = new();

    // The session's own reference and one for each run or renter. The native session is freed with the last: a run on a freed one crashes.
    private int _references = 1;
    private int _disposed;

    private OrtSession(SessionSettings settings, string name, Func<SessionOptions, InferenceSession> create)
    {
        _name = name;
        _bindsInputsAnew = settings.ExecutionProvider is { IsCpu: false } || settings.Configure is not null;
        _logId = settings.Log is { } log ? OrtRuntime.AddLog(new OnnxRuntimeLog(log, settings.IsSaving)) : null;
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
                throw Failure("loading", exception);
            }

            throw;
        }
    }

    /// <summary>Reads one output of a run.</summary>
    /// <param name="output">Its place among the outputs asked for.</param>
    /// <param name="values">Its values; valid during the call only.</param>
    /// <param name="shape">Its shape.</param>
    public delegate void OutputReader(int output, ReadOnlySpan<float> values, long[] shape);

    public IReadOnlyList<TensorMetadata> Inputs { get; }

    public IReadOnlyList<TensorMetadata> Outputs { get; }

    /// <summary>Whether it runs a graph that an earlier start has optimized and kept.</summary>
    public bool IsOfKeptGraph { get; set; }

    /// <summary>Opens a model from its file; ONNX Runtime reads it itself.</summary>
    /// <exception cref="InferenceException">ONNX Runtime refuses the model or a setting.</exception>
    public static OrtSession FromFile(string path, SessionSettings settings)
    {
        OrtRuntime.Get();
        return new OrtSession(settings, path, options => new InferenceSession(path, options));
    }

    /// <summary>Opens a model from memory, which ONNX Runtime copies.</summary>
    /// <exception cref="InferenceException">ONNX Runtime refuses the model or a setting.</exception>
    public static OrtSession FromMemory(byte[] model, string name, SessionSettings settings)
    {
        OrtRuntime.Get();
        return new OrtSession(settings, name, options => new InferenceSession(model, options));
    }

    /// <summary>Binds tensors, which must outlive the binding.</summary>
    /// <exception cref="ArgumentException">The model has no input or output of a name.</exception>
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
            throw Failure("binding the tensors of", exception);
        }
        finally
        {
            RemoveReference();
        }
    }

    /// <summary>Runs the model from bound tensors to bound tensors; allocates nothing on the CPU.</summary>
    /// <exception cref="InferenceException">The run fails.</exception>
    public void Run(TensorBinding binding)
    {
        AddReference();
        try
        {
            if (_bindsInputsAnew)
            {
                binding.BindInputs();
            }

            _session.RunWithBinding(_runOptions, binding.Native);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Failure("running", exception);
        }
        finally
        {
            RemoveReference();
            GC.KeepAlive(binding);
        }
    }

    /// <summary>Runs the model and copies one output, whose shape need not be known before.</summary>
    public (float[] Values, long[] Shape) RunToArray(ReadOnlySpan<NamedTensor> inputs, string output)
    {
        (float[] Values, long[] Shape) result = ([], []);
        RunAndRead(inputs, [output], (_, values, shape) => result = (values.ToArray(), shape));
        return result;
    }

    /// <summary>Runs the model and shows each output, one after the other, whose shapes need not be known before; their memory is freed on return.</summary>
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
                    throw new ResNetException($"The output '{outputs[i]}' is {(OnnxElementType)(int)info.ElementDataType}; only {OnnxElementType.Float} outputs can be read.");
                }

                read(i, values[i].GetTensorDataAsSpan<float>(), info.Shape);
            }
        }
        finally
        {
            RemoveReference();
        }
    }

    /// <summary>Keeps the model loaded, whoever disposes the session, until <see cref="RemoveReference"/>.</summary>
    /// <exception cref="ObjectDisposedException">The session is disposed and its model freed.</exception>
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
            throw Failure("running", exception);
        }
    }

    private void Free()
    {
        _runOptions.Dispose();
        if (_logId is not null)
        {
            OrtRuntime.RemoveLog(_logId);
        }
    }

    private InferenceException Failure(string doing, Exception exception)
        => new($"ONNX Runtime {OrtRuntime.Version} failed {doing} the model '{_name}': {exception.Message.Trim()}", exception);

    private static void Check(string kind, ReadOnlySpan<NamedTensor> tensors, IReadOnlyList<TensorMetadata> known)
    {
        foreach (NamedTensor tensor in tensors)
        {
            if (!known.Any(k => k.Name == tensor.Name))
            {
                throw new ArgumentException($"The model has no {kind} '{tensor.Name}'. It has: {string.Join(", ", known)}.", nameof(tensors));
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
