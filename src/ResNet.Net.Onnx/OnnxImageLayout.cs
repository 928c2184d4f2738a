namespace ResNet.Net.Onnx;

/// <summary>Specifies the order of the dimensions of an image tensor, judged by the operators that read it.</summary>
public enum OnnxImageLayout
{
    /// <summary>The structure of the graph does not show it.</summary>
    Unknown,

    /// <summary>Channels, rows, columns.</summary>
    Nchw,

    /// <summary>Rows, columns, channels.</summary>
    Nhwc,
}
