using System.Text;

namespace ResNet.Net.Onnx;

/// <summary>Reads networks in Caffe2's binary form. Unknown fields are skipped. Field numbers are those of caffe2.proto.</summary>
internal sealed class Caffe2Reader : ProtobufReader
{
    private const int BufferSize = 1 << 16;
    private const int MaxMessages = 1_000_000;
    private const int Name = 1;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _source;
    private int _messages;
    private int? _operatorIndex;
    private string? _operatorType;
    private string? _output;
    private string? _argument;

    private Caffe2Reader(Stream stream, string source)
        : base(stream, (int)Math.Clamp(stream.Length, sizeof(ulong), BufferSize))
        => _source = source;

    /// <summary>Reads a network.</summary>
    /// <param name="stream">The stream. It is read from its current position to its end.</param>
    /// <param name="source">The subject of error messages: the file or the data.</param>
    /// <exception cref="OnnxModelException">The data is damaged or isn't a network.</exception>
    public static Caffe2Net Read(Stream stream, string source)
    {
        NetFields fields = new();
        new Caffe2Reader(stream, source).ReadNet(stream.Length, fields);
        return fields.Operators.Count > 0
            ? fields.ToNet()
            : throw new OnnxModelException(
                $"{source} is not a Caffe2 network: it contains no operators. Pass init_net.pb or predict_net.pb of the model.");
    }

    protected override OnnxModelException Damaged(string reason = "a field is longer than its message, or its type is unknown")
    {
        string position = _operatorIndex is not int index ? string.Empty
            : $" in operator {index} ({_operatorType ?? "type not read yet"}, {(_output is null ? "no output" : $"output '{_output}'")})";
        string argument = _argument is null ? string.Empty : $", argument '{_argument}'";
        return new OnnxModelException($"{_source} is damaged or not a Caffe2 network{position}{argument}: {reason}. "
            + "Download the file again, and pass init_net.pb or predict_net.pb.");
    }

    private void ReadNet(long end, NetFields net)
    {
        const int Operator = 2, Type = 3, WorkerCount = 4, Device = 5, Argument = 6, ExternalInput = 7, ExternalOutput = 8;
        (int? Index, string? Type, string? Output, string? Argument) outer = (_operatorIndex, _operatorType, _output, _argument);
        ReadMessage(end, (number, wireType, fieldEnd) =>
        {
            switch (number, wireType)
            {
                case (Name, LengthDelimited):
                    net.Name = ReadName(fieldEnd);
                    break;
                case (Operator, LengthDelimited):
                    net.Operators.Add(ReadOperator(fieldEnd, net.Operators.Count));
                    (_operatorIndex, _operatorType, _output, _argument) = outer;
                    break;
                case (Type, LengthDelimited):
                    net.Type = ReadName(fieldEnd);
                    break;
                case (WorkerCount, Varint):
                    net.WorkerCount = (int)ReadVarint(fieldEnd);
                    break;
                case (Device, LengthDelimited):
                    net.Device = ReadDevice(fieldEnd, net.Device);
                    break;
                case (Argument, LengthDelimited):
                    net.Arguments.Add(ReadArgument(fieldEnd));
                    break;
                case (ExternalInput, LengthDelimited):
                    net.ExternalInputs.Add(ReadName(fieldEnd));
                    break;
                case (ExternalOutput, LengthDelimited):
                    net.ExternalOutputs.Add(ReadName(fieldEnd));
                    break;
                default:
                    Skip(wireType, fieldEnd);
                    break;
            }
        });
    }

    private Caffe2Operator ReadOperator(long end, int index)
    {
        const int Input = 1, Output = 2, OperatorName = 3, Type = 4, Argument = 5, Device = 6, Engine = 7, ControlInput = 8, IsGradient = 9;
        CountMessage();
        (_operatorIndex, _operatorType, _output, _argument) = (index, null, null, null);
        List<string> inputs = [], outputs = [], controlInputs = [];
        List<Caffe2Argument> arguments = [];
        string? name = null, type = null, engine = null;
        Caffe2DeviceOption? device = null;
        bool? isGradient = null;
        ReadMessage(end, (number, wireType, fieldEnd) =>
        {
            switch (number, wireType)
            {
                case (Input, LengthDelimited):
                    inputs.Add(ReadName(fieldEnd));
                    break;
                case (Output, LengthDelimited):
                    outputs.Add(ReadName(fieldEnd));
                    _output = outputs[0];
                    break;
                case (OperatorName, LengthDelimited):
                    name = ReadName(fieldEnd);
                    break;
                case (Type, LengthDelimited):
                    _operatorType = type = ReadName(fieldEnd);
                    break;
                case (Argument, LengthDelimited):
                    arguments.Add(ReadArgument(fieldEnd));
                    break;
                case (Device, LengthDelimited):
                    device = ReadDevice(fieldEnd, device);
                    break;
                case (Engine, LengthDelimited):
                    engine = ReadName(fieldEnd);
                    break;
                case (ControlInput, LengthDelimited):
                    controlInputs.Add(ReadName(fieldEnd));
                    break;
                case (IsGradient, Varint):
                    isGradient = ReadVarint(fieldEnd) != 0;
                    break;
                default:
                    Skip(wireType, fieldEnd);
                    break;
            }
        });
        return new Caffe2Operator(type ?? throw Damaged("the operator has no type"))
        {
            Name = name,
            Engine = engine,
            Inputs = inputs,
            Outputs = outputs,
            Arguments = arguments,
            DeviceOption = device,
            ControlInputs = controlInputs,
            IsGradient = isGradient,
        };
    }

    private Caffe2Argument ReadArgument(long end)
    {
        const int Float = 2, Int = 3, Bytes = 4, Floats = 5, Ints = 6, Strings = 7, Net = 8, Nets = 9;
        const byte FloatTag = (Floats << 3) | Fixed32;
        CountMessage();
        _argument = null;
        string? name = null;
        float? single = null;
        long? integer = null;
        byte[]? bytes = null;
        ValueList<float> floats = new();
        ValueList<long> ints = new();
        List<ReadOnlyMemory<byte>>? strings = null;
        NetFields? net = null;
        List<Caffe2Net>? nets = null;
        ReadMessage(end, (number, wireType, fieldEnd) =>
        {
            switch (number, wireType)
            {
                case (Name, LengthDelimited):
                    _argument = name = ReadName(fieldEnd);
                    break;
                case (Float, Fixed32):
                    single = ReadFloat(fieldEnd);
                    break;
                case (Int, Varint):
                    integer = (long)ReadVarint(fieldEnd);
                    break;
                case (Bytes, LengthDelimited):
                    bytes = ReadBytes(fieldEnd, Array.MaxLength);
                    break;
                case (Floats, Fixed32):
                    // One array, which usually has exactly the right length: nothing else follows.
                    floats.Reserve((int)Math.Min((fieldEnd - Position) / (1 + sizeof(float)), Array.MaxLength) + 1);
                    floats.Add(ReadFloat(fieldEnd));
                    while (TryReadFloat(FloatTag, fieldEnd, out float value))
                    {
                        floats.Add(value);
                    }

                    break;
                case (Floats, LengthDelimited):
                    floats.Reserve((int)Math.Min((fieldEnd - Position) / sizeof(float), Array.MaxLength));
                    while (Position < fieldEnd)
                    {
                        floats.Add(ReadFloat(fieldEnd));
                    }

                    break;
                case (Ints, Varint):
                    ints.Add((long)ReadVarint(fieldEnd));
                    break;
                case (Ints, LengthDelimited):
                    while (Position < fieldEnd)
                    {
                        ints.Add((long)ReadVarint(fieldEnd));
                    }

                    break;
                case (Strings, LengthDelimited):
                    (strings ??= []).Add(ReadBytes(fieldEnd, Array.MaxLength));
                    break;
                case (Net, LengthDelimited):
                    CountMessage();
                    ReadNet(fieldEnd, net ??= new NetFields());
                    break;
                case (Nets, LengthDelimited):
                    CountMessage();
                    NetFields item = new();
                    ReadNet(fieldEnd, item);
                    (nets ??= []).Add(item.ToNet());
                    break;
                default:
                    Skip(wireType, fieldEnd);
                    break;
            }
        });
        Caffe2Argument argument = new(name ?? throw Damaged("an argument has no name"))
        {
            Float = single,
            Int = integer,
            Bytes = bytes is null ? default(ReadOnlyMemory<byte>?) : bytes.AsMemory(),
            Floats = floats.ToMemory(),
            Ints = ints.ToMemory(),
            Strings = strings ?? (IReadOnlyList<ReadOnlyMemory<byte>>)[],
            Net = net?.ToNet(),
            Nets = nets ?? (IReadOnlyList<Caffe2Net>)[],
        };
        _argument = null;
        return argument;
    }

    /// <summary>Reads a device. A second message of the same field overrides the fields that it has.</summary>
    private Caffe2DeviceOption ReadDevice(long end, Caffe2DeviceOption? earlier)
    {
        const int DeviceType = 1, DeviceId = 2, RandomSeed = 3, NodeName = 4;
        CountMessage();
        int? type = earlier?.DeviceType, id = earlier?.DeviceId;
        uint? seed = earlier?.RandomSeed;
        string? node = earlier?.NodeName;
        ReadMessage(end, (number, wireType, fieldEnd) =>
        {
            switch (number, wireType)
            {
                case (DeviceType, Varint):
                    type = (int)ReadVarint(fieldEnd);
                    break;
                case (DeviceId, Varint):
                    id = (int)ReadVarint(fieldEnd);
                    break;
                case (RandomSeed, Varint):
                    seed = (uint)ReadVarint(fieldEnd);
                    break;
                case (NodeName, LengthDelimited):
                    node = ReadName(fieldEnd);
                    break;
                default:
                    Skip(wireType, fieldEnd);
                    break;
            }
        });
        return new Caffe2DeviceOption { DeviceType = type, DeviceId = id, RandomSeed = seed, NodeName = node };
    }

    private string ReadName(long end)
    {
        const int MaxBytes = 1 << 16;
        try
        {
            return Utf8.GetString(ReadBytes(end, MaxBytes));
        }
        catch (DecoderFallbackException)
        {
            throw Damaged("a name is not valid UTF-8");
        }
    }

    /// <summary>Limits the objects, because a message of two bytes takes over a hundred bytes of memory.</summary>
    private void CountMessage()
    {
        if (++_messages > MaxMessages)
        {
            throw Damaged($"it has more than {MaxMessages} operators, arguments and devices");
        }
    }

    private sealed class NetFields
    {
        public string? Name { get; set; }

        public string? Type { get; set; }

        public int? WorkerCount { get; set; }

        public Caffe2DeviceOption? Device { get; set; }

        public List<Caffe2Operator> Operators { get; } = [];

        public List<Caffe2Argument> Arguments { get; } = [];

        public List<string> ExternalInputs { get; } = [];

        public List<string> ExternalOutputs { get; } = [];

        public Caffe2Net ToNet() => new()
        {
            Name = Name,
            Operators = Operators,
            Type = Type,
            WorkerCount = WorkerCount,
            DeviceOption = Device,
            Arguments = Arguments,
            ExternalInputs = ExternalInputs,
            ExternalOutputs = ExternalOutputs,
        };
    }

    /// <summary>Collects numbers in one array.</summary>
    private sealed class ValueList<T>
    {
        private T[] _items = [];
        private int _count;

        public void Reserve(int added)
        {
            if (_items.Length - _count < added)
            {
                long length = Math.Max((long)_count + added, 2L * _count);
                Array.Resize(ref _items, (int)Math.Min(length, Array.MaxLength));
            }
        }

        public void Add(T value)
        {
            Reserve(1);
            _items[_count++] = value;
        }

        public ReadOnlyMemory<T> ToMemory()
        {
            Array.Resize(ref _items, _count);
            return _items;
        }
    }
}
