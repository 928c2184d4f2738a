using System.Runtime.InteropServices;
using ResNet.Net.Internals.Inference.Interop;
using ResNet.Net.Onnx;

namespace ResNet.Net.Internals.Inference;

/// <summary>A model loaded in ONNX Runtime. Any number of threads may run it at once.</summary>
internal sealed unsafe class OrtSession : IDisposable
{
    // A name and a pointer each, on the stack.
    private const int MaxTensorsPerRun = 1024;

    private readonly OrtRuntime _runtime;
    private readonly OrtSessionHandle _handle;
    private readonly string? _logId;

    private OrtSession(OrtRuntime runtime, SessionSettings settings, string modelName, CreateFunction create)
    {
        _runtime = runtime;
        _handle = new OrtSessionHandle(runtime.Api);
        _logId = settings.Log is null ? null : OrtRuntime.AddLogHandler(settings.Log);
        try
        {
            using OrtSessionOptionsHandle options = SessionOptionsBuilder.Build(runtime, settings, _logId);
            nint session = 0;
            runtime.Api.Check(create(runtime, options.DangerousGetHandle(), &session), $"loading '{modelName}'");
            _handle.Adopt(session);
            Inputs = ReadMetadata(inputs: true);
            Outputs = ReadMetadata(inputs: false);
            foreach (TensorMetadata tensor in Inputs.Concat(Outputs))
            {
                if (!_handle.Names.ContainsKey(tensor.Name))
                {
                    _handle.Names.Add(tensor.Name, new Utf8Name(tensor.Name));
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Reads one output of a run.</summary>
    /// <param name="output">Its place among the outputs asked for.</param>
    /// <param name="values">Its values; valid during the call only.</param>
    /// <param name="shape">Its shape.</param>
    public delegate void OutputReader(int output, ReadOnlySpan<float> values, long[] shape);

    private delegate nint CreateFunction(OrtRuntime runtime, nint options, nint* session);

    public IReadOnlyList<TensorMetadata> Inputs { get; }

    public IReadOnlyList<TensorMetadata> Outputs { get; }

    public OrtRuntime Runtime => _runtime;

    /// <summary>Whether it runs a graph that an earlier start has optimised and kept.</summary>
    public bool IsOfKeptGraph { get; set; }

    /// <summary>Opens a model from its file; ONNX Runtime reads it itself.</summary>
    public static OrtSession FromFile(string path, SessionSettings settings)
    {
        OrtRuntime runtime = OrtRuntime.Get(settings.LibraryPath);
        nint nativePath = NativePath(path);
        try
        {
            return new OrtSession(runtime, settings, path, (r, options, session) =>
                r.Api.CreateSession(r.Environment.DangerousGetHandle(), (void*)nativePath, options, session));
        }
        finally
        {
            Marshal.FreeCoTaskMem(nativePath);
        }
    }

    /// <summary>A path as ONNX Runtime takes it; the caller frees it.</summary>
    public static nint NativePath(string path) => OperatingSystem.IsWindows() ? Marshal.StringToCoTaskMemUni(path) : Marshal.StringToCoTaskMemUTF8(path);

    /// <summary>Opens a model from memory, which ONNX Runtime copies: it is free again on return.</summary>
    public static OrtSession FromMemory(ReadOnlySpan<byte> model, string modelName, SessionSettings settings)
    {
        OrtRuntime runtime = OrtRuntime.Get(settings.LibraryPath);
        fixed (byte* start = model)
        {
            nint address = (nint)start;
            nuint length = (nuint)model.Length;
            return new OrtSession(runtime, settings, modelName, (r, options, session) =>
                r.Api.CreateSessionFromArray(r.Environment.DangerousGetHandle(), (void*)address, length, options, session));
        }
    }

    /// <summary>Wraps a buffer, from an element on, as a tensor. The buffer must outlive the tensor.</summary>
    public OrtValueHandle CreateTensor(AlignedBuffer buffer, ReadOnlySpan<long> shape, int start = 0)
    {
        OrtApi api = _runtime.Api;
        long count = 1;
        foreach (long dimension in shape)
        {
            count *= dimension;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, buffer.Length - start, nameof(shape));
        OrtValueHandle value = new(api);
        nint native = 0;
        fixed (long* dimensions = shape)
        {
            api.Check(
                api.CreateTensorWithDataAsOrtValue(_runtime.CpuMemory.DangerousGetHandle(), (float*)buffer.Address + start, (nuint)count * sizeof(float), dimensions, (nuint)shape.Length, (int)OnnxElementType.Float, &native),
                "wrapping a buffer as a tensor");
        }

        value.Adopt(native);
        return value;
    }

    /// <summary>Runs the model, from tensors to tensors that the caller owns; allocates nothing.</summary>
    public void Run(ReadOnlySpan<NamedTensor> inputs, ReadOnlySpan<NamedTensor> outputs)
    {
        nint* values = stackalloc nint[outputs.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            values[i] = outputs[i].Value.DangerousGetHandle();
        }

        RunCore(inputs, outputs, values);
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
        OrtApi api = _runtime.Api;
        NamedTensor[] named = [.. outputs.Select(o => new NamedTensor(o, null!))];
        nint* natives = stackalloc nint[Math.Min(named.Length, MaxTensorsPerRun)];
        RunCore(inputs, named, natives);
        List<OrtValueHandle> values = new(named.Length);
        try
        {
            for (int i = 0; i < named.Length; i++)
            {
                OrtValueHandle value = new(api);
                value.Adopt(natives[i]);
                values.Add(value);
            }

            for (int i = 0; i < named.Length; i++)
            {
                (nint data, long[] shape) = ReadFloats(natives[i], outputs[i]);
                read(i, new ReadOnlySpan<float>((void*)data, checked((int)shape.Aggregate(1L, (a, b) => a * b))), shape);
            }
        }
        finally
        {
            values.ForEach(v => v.Dispose());
        }
    }

    /// <summary>Keeps the model loaded, whoever disposes the session, until <see cref="RemoveReference"/>.</summary>
    public void AddReference()
    {
        bool added = false;
        _handle.DangerousAddRef(ref added);
    }

    public void RemoveReference() => _handle.DangerousRelease();

    public void Dispose()
    {
        _handle.Dispose();
        if (_logId is not null)
        {
            OrtRuntime.RemoveLogHandler(_logId);
        }
    }

    private void RunCore(ReadOnlySpan<NamedTensor> inputs, ReadOnlySpan<NamedTensor> outputs, nint* outputValues)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputs.Length + outputs.Length, MaxTensorsPerRun, nameof(outputs));
        nint* names = stackalloc nint[inputs.Length + outputs.Length];
        nint* inputValues = stackalloc nint[inputs.Length];
        bool referenced = false;
        try
        {
            // Keeps the session alive while it runs, whoever disposes it meanwhile.
            _handle.DangerousAddRef(ref referenced);
            for (int i = 0; i < inputs.Length; i++)
            {
                names[i] = Address(inputs[i].Name);
                inputValues[i] = inputs[i].Value.DangerousGetHandle();
            }

            for (int i = 0; i < outputs.Length; i++)
            {
                names[inputs.Length + i] = Address(outputs[i].Name);
            }

            OrtApi api = _runtime.Api;
            nint status = api.Run(_handle.DangerousGetHandle(), 0, names, inputValues, (nuint)inputs.Length, names + inputs.Length, (nuint)outputs.Length, outputValues);
            if (status != 0)
            {
                api.Check(status, "running the model");
            }
        }
        finally
        {
            if (referenced)
            {
                _handle.DangerousRelease();
            }
        }
    }

    private (nint Data, long[] Shape) ReadFloats(nint tensor, string name)
    {
        OrtApi api = _runtime.Api;
        nint info = 0;
        api.Check(api.GetTensorTypeAndShape(tensor, &info), $"reading the shape of '{name}'");
        using OrtShapeInfoHandle handle = new(api);
        handle.Adopt(info);
        (OnnxElementType type, long[] shape) = ReadShape(info, name);
        if (type != OnnxElementType.Float)
        {
            throw new ResNetException($"The output '{name}' is {type}; only {OnnxElementType.Float} outputs can be read.");
        }

        void* data = null;
        api.Check(api.GetTensorMutableData(tensor, &data), $"reading '{name}'");
        return ((nint)data, shape);
    }

    private nint Address(string name) => _handle.Names.TryGetValue(name, out Utf8Name? cached)
        ? cached.Address
        : throw new ArgumentException($"The model has no input or output '{name}'. It has: {string.Join(", ", _handle.Names.Keys)}.", nameof(name));

    private TensorMetadata[] ReadMetadata(bool inputs)
    {
        OrtApi api = _runtime.Api;
        nint session = _handle.DangerousGetHandle();
        const string Doing = "reading the model's inputs and outputs";
        nuint count = 0;
        api.Check(inputs ? api.SessionGetInputCount(session, &count) : api.SessionGetOutputCount(session, &count), Doing);
        TensorMetadata[] tensors = new TensorMetadata[count];
        for (nuint i = 0; i < count; i++)
        {
            nint nativeName = 0;
            api.Check(inputs ? api.SessionGetInputName(session, i, _runtime.Allocator, &nativeName) : api.SessionGetOutputName(session, i, _runtime.Allocator, &nativeName), Doing);
            string name = Marshal.PtrToStringUTF8(nativeName) ?? "";
            api.Check(api.AllocatorFree(_runtime.Allocator, nativeName), Doing);
            nint typeInfo = 0;
            api.Check(inputs ? api.SessionGetInputTypeInfo(session, i, &typeInfo) : api.SessionGetOutputTypeInfo(session, i, &typeInfo), Doing);
            using OrtTypeInfoHandle typeHandle = new(api);
            typeHandle.Adopt(typeInfo);
            nint tensorInfo = 0;
            api.Check(api.CastTypeInfoToTensorInfo(typeInfo, &tensorInfo), Doing); // owned by the type info; null when it is no tensor
            (OnnxElementType type, long[] shape) = tensorInfo == 0 ? (OnnxElementType.Undefined, []) : ReadShape(tensorInfo, name);
            tensors[i] = new TensorMetadata(name, type, shape);
        }

        return tensors;
    }

    private (OnnxElementType Type, long[] Shape) ReadShape(nint info, string name)
    {
        OrtApi api = _runtime.Api;
        string doing = $"reading the shape of '{name}'";
        int type = 0;
        api.Check(api.GetTensorElementType(info, &type), doing);
        nuint rank = 0;
        api.Check(api.GetDimensionsCount(info, &rank), doing);
        long[] shape = new long[rank];
        fixed (long* dimensions = shape)
        {
            api.Check(api.GetDimensions(info, dimensions, rank), doing);
        }

        return ((OnnxElementType)type, shape);
    }
}
