namespace ResNet.Net.Evaluation;

/// <summary>Reads records of Caffe2's image databases: <c>TensorProtos</c> with an image tensor and a label tensor.</summary>
internal static class CaffeTensors
{
    private const int Int32 = 2;
    private const int Bytes = 3;
    private const int Text = 4;
    private const int Int64 = 10;

    /// <inheritdoc cref="CaffeDatum.TryRead"/>
    public static string? TryRead(ProtobufCursor value, out CaffeDatum datum)
    {
        datum = default;
        List<Tensor> tensors = [];
        while (value.TryReadTag(out int field, out int wire))
        {
            if (field == 1 && wire == ProtobufCursor.LengthDelimited && tensors.Count < 2)
            {
                int length = value.ReadLength();
                tensors.Add(ReadTensor(value.Part(length)));
                value.Skip(length);
            }
            else if (field == 1)
            {
                return "has more than the two tensors of an image and its label, such as boxes";
            }
            else
            {
                value.SkipField(wire);
            }
        }

        Tensor image = tensors[0];
        Tensor? label = tensors.Count > 1 ? tensors[1] : null;
        if (label is { Type: not (Int32 or Int64) } or { Numbers: not 1 })
        {
            return "has a label tensor that is not one integer";
        }

        datum = new CaffeDatum(image.Offset, image.Length, 0, 0, 0, IsInterleaved: true, label?.Number);
        if (image.Type == Text && image.Strings == 1 && image.Length > 0)
        {
            return null;
        }

        if (image.Type != Bytes || image.Dimensions is < 2 or > 3)
        {
            return "has an image tensor that is neither one encoded file nor bytes of rows, columns and channels";
        }

        datum = datum with { Height = image.Rows, Width = image.Columns, Channels = image.Dimensions == 3 ? image.Channels : 1 };
        return datum.Channels == 0 ? "has an image of 0 channels" : null;
    }

    private static Tensor ReadTensor(ProtobufCursor value)
    {
        Tensor tensor = default;
        while (value.TryReadTag(out int field, out int wire))
        {
            switch (field, wire)
            {
                case (1, ProtobufCursor.Varint):
                    tensor = tensor.WithDimension(value.ReadNumber());
                    break;
                case (1, ProtobufCursor.LengthDelimited):
                    int dimensions = value.ReadLength();
                    ProtobufCursor packed = value.Part(dimensions);
                    while (!packed.IsAtEnd)
                    {
                        tensor = tensor.WithDimension(packed.ReadNumber());
                    }

                    value.Skip(dimensions);
                    break;
                case (2, ProtobufCursor.Varint):
                    tensor = tensor with { Type = (int)value.ReadNumber() };
                    break;
                case (4 or 10, ProtobufCursor.Varint):
                    tensor = tensor with { Number = value.ReadNumber(), Numbers = tensor.Numbers + 1 };
                    break;
                case (4 or 10, ProtobufCursor.LengthDelimited):
                    int numbers = value.ReadLength();
                    for (ProtobufCursor part = value.Part(numbers); !part.IsAtEnd && tensor.Numbers < 2;)
                    {
                        tensor = tensor with { Number = part.ReadNumber(), Numbers = tensor.Numbers + 1 };
                    }

                    value.Skip(numbers);
                    break;
                case (5 or 6, ProtobufCursor.LengthDelimited):
                    int length = value.ReadLength();
                    tensor = tensor with { Offset = value.Position, Length = length, Strings = tensor.Strings + 1 };
                    value.Skip(length);
                    break;
                default:
                    value.SkipField(wire);
                    break;
            }
        }

        return tensor;
    }

    private readonly record struct Tensor(
        int Type, int Dimensions, int Rows, int Columns, int Channels, long Number, int Numbers, long Offset, int Length, int Strings)
    {
        public Tensor WithDimension(long size)
        {
            int value = (int)Math.Clamp(size, -1, int.MaxValue);
            return Dimensions switch
            {
                0 => this with { Dimensions = 1, Rows = value },
                1 => this with { Dimensions = 2, Columns = value },
                2 => this with { Dimensions = 3, Channels = value },
                _ => this with { Dimensions = 4 },
            };
        }
    }
}
