namespace ResNet.Net;

/// <summary>The order of the three color planes in the input tensor.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue: what MXNet and PyTorch train on.</summary>
    Rgb,

    /// <summary>Blue, green, red: what Caffe and Caffe2 train on.</summary>
    Bgr,
}
