namespace ResNet.Net.Onnx.Internals.Upgrading;

/// <summary>What is known of a value: its rank (null: nothing) and its element type (Undefined: nothing).</summary>
internal readonly record struct ValueFact(int? Rank, OnnxElementType Type);
