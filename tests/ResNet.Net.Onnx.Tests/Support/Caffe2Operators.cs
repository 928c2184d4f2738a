namespace ResNet.Net.Onnx.Tests.Support;

/// <summary>Creates the operators of small Caffe2 networks.</summary>
internal static class Caffe2Operators
{
    public static Caffe2Operator Operator(string type, string[] inputs, string output, params Caffe2Argument[] arguments)
        => new(type) { Inputs = inputs, Outputs = [output], Arguments = arguments, Engine = "DNNLOWP" };

    public static Caffe2Operator FillFloats(string name, long[] shape, params float[] values)
        => Operator("GivenTensorFill", [], name, Ints("shape", shape), Caffe2Argument.FromFloats("values", values));

    public static Caffe2Operator FillBytes(string name, long[] shape, byte[] values, float scale, int zeroPoint)
        => Operator("Int8GivenTensorFill", [], name, [Ints("shape", shape), Caffe2Argument.FromBytes("values", values),
            .. Quantization(scale, zeroPoint)]);

    public static Caffe2Operator FillInts(string name, long[] values, float scale)
        => Operator("Int8GivenIntTensorFill", [], name, [Ints("shape", values.Length), Ints("values", values), .. Quantization(scale, 0)]);

    public static Caffe2Argument Int(string name, long value) => Caffe2Argument.FromInt(name, value);

    public static Caffe2Argument Ints(string name, params long[] values) => Caffe2Argument.FromInts(name, values);

    public static Caffe2Argument Order(string order) => Caffe2Argument.FromString("order", order);

    public static Caffe2Argument[] Quantization(float scale, int zeroPoint)
        => [Caffe2Argument.FromFloat("Y_scale", scale), Int("Y_zero_point", zeroPoint)];
}
