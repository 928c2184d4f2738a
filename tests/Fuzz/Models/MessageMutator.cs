using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ResNet.Net.Fuzz;

/// <summary>Mutates the fields of a message: values, lengths and the number of elements. The result is always well-formed.</summary>
internal static class MessageMutator
{
    private const int MaxMessages = 4096;
    private const int MaxElements = 4096;

    private static readonly long[] Numbers =
    [
        0, 1, 2, 3, 4, 7, 8, 11, 13, 16, -1, -2, -8, 64, 255, 65_536, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 1L << 31,
        1L << 32, 1L << 40, 1L << 62,
    ];

    private static readonly double[] Reals =
        [0, 1, -1, 0.5, 1e-45, 1e38, 1e300, double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    private static readonly string[] Texts =
    [
        "", "\0", "x", "..", "../../etc/passwd", "/etc/passwd", "/dev/zero", "C:\\x", "ai.onnx", "ai.onnx.ml", "com.microsoft", "batch",
        "N", "-1", "4", "99999999999999999999", "\u202Ea\u0301", "NaN", "FP32", "BYTES", "INT64", "image_bytes", "probabilities",
        "binary_data_output", "classification", "timeout", new string('a', 300), "{", "[[[[[[[[", "{0: 'a'}", "null",
    ];

    /// <summary>Mutates a field of the message or of a message in it.</summary>
    public static void Mutate(IMessage root, Random random)
    {
        List<IMessage> messages = [];
        List<string> texts = [];
        Collect(root, messages, texts);
        IMessage message = messages[random.Next(messages.Count)];
        IList<FieldDescriptor> fields = message.Descriptor.Fields.InDeclarationOrder();
        if (fields.Count == 0)
        {
            return;
        }

        // Fields with a value are the interesting ones.
        FieldDescriptor field = fields[random.Next(fields.Count)];
        for (int tries = 0; tries < 3 && !HasValue(message, field); tries++)
        {
            field = fields[random.Next(fields.Count)];
        }

        Values values = new(messages, texts, random);
        if (field.IsMap)
        {
            MutateMap((IDictionary)field.Accessor.GetValue(message), field, values);
        }
        else if (field.IsRepeated)
        {
            MutateList((IList)field.Accessor.GetValue(message), field, values);
        }
        else if (random.Next(6) == 0)
        {
            field.Accessor.Clear(message);
        }
        else
        {
            field.Accessor.SetValue(message, values.Create(field, field.Accessor.GetValue(message)));
        }
    }

    private static bool HasValue(IMessage message, FieldDescriptor field)
        => field.IsRepeated || field.IsMap
            ? ((ICollection)field.Accessor.GetValue(message)).Count > 0
            : !field.HasPresence || field.Accessor.HasValue(message);

    private static void Collect(IMessage message, List<IMessage> messages, List<string> texts)
    {
        if (messages.Count >= MaxMessages)
        {
            return;
        }

        messages.Add(message);
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType is not (FieldType.Message or FieldType.String))
            {
                continue;
            }

            object? value = field.Accessor.GetValue(message);
            IEnumerable elements = field.IsMap ? ((IDictionary)value).Values : field.IsRepeated ? (IEnumerable)value : new[] { value };
            foreach (object? element in elements)
            {
                if (element is IMessage child)
                {
                    Collect(child, messages, texts);
                }
                else if (element is string text)
                {
                    texts.Add(text);
                }
            }
        }
    }

    private static void MutateMap(IDictionary map, FieldDescriptor field, Values values)
    {
        IList<FieldDescriptor> entry = field.MessageType.Fields.InFieldNumberOrder();
        if (map.Count > 0 && values.Random.Next(3) == 0)
        {
            map.Clear();
        }
        else if (values.Create(entry[0], null) is object key)
        {
            map[key] = values.Create(entry[1], null);
        }
    }

    private static void MutateList(IList list, FieldDescriptor field, Values values)
    {
        Random random = values.Random;
        int at = list.Count == 0 ? 0 : random.Next(list.Count);
        switch (random.Next(8))
        {
            case 0 when list.Count > 0:
                list.RemoveAt(at);
                break;
            case 1:
                list.Clear();
                break;
            case 2 when list.Count > 0 && list.Count < MaxElements: // a duplicate
                list.Insert(at, Values.Copy(list[at]!));
                break;
            case 3 when list.Count > 1:
                int other = random.Next(list.Count);
                (list[at], list[other]) = (list[other], list[at]);
                break;
            case 4 when list.Count is > 0 and < 64 && random.Next(8) == 0:
                for (int copies = random.Next(2, 256); copies > 0; copies--)
                {
                    list.Add(Values.Copy(list[at]!));
                }

                break;
            case 5 or 6 when list.Count > 0:
                list[at] = values.Create(field, list[at]);
                break;
            default:
                list.Insert(at, values.Create(field, null));
                break;
        }
    }

    /// <summary>Creates values of fields.</summary>
    private sealed class Values(List<IMessage> messages, List<string> texts, Random random)
    {
        public Random Random => random;

        public static object Copy(object value) => value is IMessage message ? Parse(message.Descriptor, message.ToByteArray()) : value;

        public object Create(FieldDescriptor field, object? old)
        {
            long number = Numbers[random.Next(Numbers.Length)];
            switch (field.FieldType)
            {
                case FieldType.Int64:
                    return old is long value && random.Next(3) == 0 ? unchecked(value + random.Next(-2, 3)) : number;
                case FieldType.UInt64:
                    return unchecked((ulong)number);
                case FieldType.Int32:
                    return random.Next(2) == 0 ? random.Next(24) : unchecked((int)number);
                case FieldType.UInt32:
                    return unchecked((uint)number);
                case FieldType.Bool:
                    return random.Next(2) == 0;
                case FieldType.Float:
                    return (float)Reals[random.Next(Reals.Length)];
                case FieldType.Double:
                    return Reals[random.Next(Reals.Length)];
                case FieldType.Enum:
                    return Enum.ToObject(field.EnumType.ClrType, random.Next(16));
                case FieldType.String:
                    return texts.Count > 0 && random.Next(3) > 0 ? texts[random.Next(texts.Count)] : Texts[random.Next(Texts.Length)];
                case FieldType.Bytes:
                    return CreateBytes(old as ByteString ?? ByteString.Empty);
                case FieldType.Message:
                    IMessage[] candidates = [.. messages.Where(m => m.Descriptor == field.MessageType).Take(16)];
                    return candidates.Length > 0 && random.Next(4) > 0
                        ? Copy(candidates[random.Next(candidates.Length)])
                        : Parse(field.MessageType, []);
                default:
                    throw new NotSupportedException($"The field type {field.FieldType} is not supported.");
            }
        }

        private static IMessage Parse(MessageDescriptor type, byte[] bytes) => type.Parser.ParseFrom(bytes);

        private ByteString CreateBytes(ByteString old)
        {
            byte[] bytes = old.ToByteArray();
            switch (random.Next(4))
            {
                case 0:
                    return ByteString.CopyFrom(bytes, 0, random.Next(bytes.Length + 1));
                case 1:
                    return ByteString.CopyFrom([.. bytes, .. new byte[random.Next(1, 9)]]);
                case 2:
                    return ByteString.CopyFrom(ProtobufMutator.Mutate(bytes, bytes, random));
                default:
                    return ByteString.CopyFromUtf8(Texts[random.Next(Texts.Length)]);
            }
        }
    }
}
