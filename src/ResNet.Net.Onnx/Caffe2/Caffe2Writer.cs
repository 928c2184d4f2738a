namespace ResNet.Net.Onnx;

/// <summary>
/// Writes networks in Caffe2's binary form: fields in the order of their numbers, floating-point numbers and integers not packed. Field
/// numbers are those of caffe2.proto.
/// </summary>
internal sealed class Caffe2Writer
{
    private const int Name = 1;

    private readonly ProtobufWriter _writer = new();

    /// <summary>Writes a network to a stream, operator by operator.</summary>
    /// <exception cref="OnnxModelException">The file would exceed 2 GiB.</exception>
    public static void Write(Caffe2Net net, Stream stream)
    {
        long length = 0;
        Caffe2Writer writer = new();
        writer.WriteNet(net, afterOperator: Flush);
        Flush();

        void Flush()
        {
            length += writer._writer.Written.Length;
            if (length > int.MaxValue)
            {
                throw new OnnxModelException($"The network '{net.Name}' would exceed 2 GiB, the limit of Protocol Buffers.");
            }

            stream.Write(writer._writer.Written);
            writer._writer.Clear();
        }
    }

    private void WriteNet(Caffe2Net net, Action? afterOperator)
    {
        const int Operator = 2, Type = 3, WorkerCount = 4, Device = 5, Argument = 6, ExternalInput = 7, ExternalOutput = 8;
        _writer.WriteText(Name, net.Name);
        foreach (Caffe2Operator op in net.Operators)
        {
            _writer.WriteMessage(Operator, op, WriteOperator);
            afterOperator?.Invoke();
        }

        _writer.WriteText(Type, net.Type);
        WriteInt(WorkerCount, net.WorkerCount);
        WriteDevice(Device, net.DeviceOption);
        WriteArguments(Argument, net.Arguments);
        WriteTexts(ExternalInput, net.ExternalInputs);
        WriteTexts(ExternalOutput, net.ExternalOutputs);
    }

    private void WriteOperator(Caffe2Operator op)
    {
        const int Input = 1, Output = 2, OperatorName = 3, Type = 4, Argument = 5, Device = 6, Engine = 7, ControlInput = 8, IsGradient = 9;
        WriteTexts(Input, op.Inputs);
        WriteTexts(Output, op.Outputs);
        _writer.WriteText(OperatorName, op.Name);
        _writer.WriteText(Type, op.Type);
        WriteArguments(Argument, op.Arguments);
        WriteDevice(Device, op.DeviceOption);
        _writer.WriteText(Engine, op.Engine);
        WriteTexts(ControlInput, op.ControlInputs);
        WriteInt(IsGradient, op.IsGradient is bool value ? value ? 1 : 0 : null);
    }

    private void WriteArgument(Caffe2Argument argument)
    {
        const int Float = 2, Int = 3, Bytes = 4, Floats = 5, Ints = 6, Strings = 7, Net = 8, Nets = 9;
        _writer.WriteText(Name, argument.Name);
        if (argument.Float is float number)
        {
            _writer.WriteFloat(Float, number);
        }

        WriteInt(Int, argument.Int);
        if (argument.Bytes is ReadOnlyMemory<byte> bytes)
        {
            _writer.WriteBytes(Bytes, bytes.Span);
        }

        foreach (float value in argument.Floats.Span)
        {
            _writer.WriteFloat(Floats, value);
        }

        foreach (long value in argument.Ints.Span)
        {
            _writer.WriteVarint(Ints, (ulong)value);
        }

        foreach (ReadOnlyMemory<byte> value in argument.Strings)
        {
            _writer.WriteBytes(Strings, value.Span);
        }

        if (argument.Net is not null)
        {
            _writer.WriteMessage(Net, argument.Net, n => WriteNet(n, null));
        }

        foreach (Caffe2Net net in argument.Nets)
        {
            _writer.WriteMessage(Nets, net, n => WriteNet(n, null));
        }
    }

    private void WriteDevice(int field, Caffe2DeviceOption? device)
    {
        const int DeviceType = 1, DeviceId = 2, RandomSeed = 3, NodeName = 4;
        if (device is not null)
        {
            _writer.WriteMessage(field, device, d =>
            {
                WriteInt(DeviceType, d.DeviceType);
                WriteInt(DeviceId, d.DeviceId);
                WriteInt(RandomSeed, d.RandomSeed);
                _writer.WriteText(NodeName, d.NodeName);
            });
        }
    }

    private void WriteArguments(int field, IReadOnlyList<Caffe2Argument> arguments)
    {
        foreach (Caffe2Argument argument in arguments)
        {
            _writer.WriteMessage(field, argument, WriteArgument);
        }
    }

    private void WriteTexts(int field, IReadOnlyList<string> values)
    {
        foreach (string value in values)
        {
            _writer.WriteText(field, value);
        }
    }

    /// <summary>Writes an integer, unless it is null. Negative numbers are extended to 64 bits.</summary>
    private void WriteInt(int field, long? value)
    {
        if (value is long number)
        {
            _writer.WriteVarint(field, (ulong)number);
        }
    }
}
