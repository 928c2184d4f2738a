namespace ResNet.Net;

/// <summary>Specifies the order of the dimensions of a model's image input.</summary>
public enum InputLayout
{
    /// <summary>Channels before rows and columns, as PyTorch, MXNet and Caffe export it: <c>[N, 3, H, W]</c>.</summary>
    Nchw,

    /// <summary>Channels after rows and columns, as Keras and TensorFlow export it: <c>[N, H, W, 3]</c>.</summary>
    Nhwc,
}
