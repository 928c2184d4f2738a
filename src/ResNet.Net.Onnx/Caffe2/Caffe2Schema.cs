namespace ResNet.Net.Onnx;

/// <summary>Specifies the type of a field in protobuf's text form.</summary>
internal enum Caffe2FieldType
{
    Text,
    Bytes,
    Float,
    Int32,
    UInt32,
    Int64,
    Boolean,
    Message,
}

/// <summary>Represents a field of a message.</summary>
/// <param name="Number">The number.</param>
/// <param name="Name">The name.</param>
/// <param name="Type">The type.</param>
/// <param name="IsRepeated">Whether the field may occur more than once.</param>
/// <param name="Message">Gets the fields of the message, if the field is one.</param>
internal sealed record Caffe2Field(
    int Number, string Name, Caffe2FieldType Type, bool IsRepeated = false, Func<Caffe2Field[]>? Message = null);

/// <summary>Contains the fields of Caffe2's messages, for the text form. Source: caffe2.proto of pytorch/pytorch.</summary>
internal static class Caffe2Schema
{
    private static readonly Caffe2Field[] Device =
    [
        new(1, "device_type", Caffe2FieldType.Int32),
        new(2, "device_id", Caffe2FieldType.Int32),
        new(2, "cuda_gpu_id", Caffe2FieldType.Int32), // the older name
        new(3, "random_seed", Caffe2FieldType.UInt32),
        new(4, "node_name", Caffe2FieldType.Text),
    ];

    private static readonly Caffe2Field[] Argument =
    [
        new(1, "name", Caffe2FieldType.Text),
        new(2, "f", Caffe2FieldType.Float),
        new(3, "i", Caffe2FieldType.Int64),
        new(4, "s", Caffe2FieldType.Bytes),
        new(5, "floats", Caffe2FieldType.Float, IsRepeated: true),
        new(6, "ints", Caffe2FieldType.Int64, IsRepeated: true),
        new(7, "strings", Caffe2FieldType.Bytes, IsRepeated: true),
        new(8, "n", Caffe2FieldType.Message, Message: () => Net),
        new(9, "nets", Caffe2FieldType.Message, IsRepeated: true, () => Net),
    ];

    private static readonly Caffe2Field[] Operator =
    [
        new(1, "input", Caffe2FieldType.Text, IsRepeated: true),
        new(2, "output", Caffe2FieldType.Text, IsRepeated: true),
        new(3, "name", Caffe2FieldType.Text),
        new(4, "type", Caffe2FieldType.Text),
        new(5, "arg", Caffe2FieldType.Message, IsRepeated: true, () => Argument),
        new(6, "device_option", Caffe2FieldType.Message, Message: () => Device),
        new(7, "engine", Caffe2FieldType.Text),
        new(8, "control_input", Caffe2FieldType.Text, IsRepeated: true),
        new(9, "is_gradient_op", Caffe2FieldType.Boolean),
    ];

    private static readonly Caffe2Field[] NetFields =
    [
        new(1, "name", Caffe2FieldType.Text),
        new(2, "op", Caffe2FieldType.Message, IsRepeated: true, () => Operator),
        new(3, "type", Caffe2FieldType.Text),
        new(4, "num_workers", Caffe2FieldType.Int32),
        new(5, "device_option", Caffe2FieldType.Message, Message: () => Device),
        new(6, "arg", Caffe2FieldType.Message, IsRepeated: true, () => Argument),
        new(7, "external_input", Caffe2FieldType.Text, IsRepeated: true),
        new(8, "external_output", Caffe2FieldType.Text, IsRepeated: true),
    ];

    /// <summary>Gets the fields of a network.</summary>
    public static Caffe2Field[] Net => NetFields;
}
