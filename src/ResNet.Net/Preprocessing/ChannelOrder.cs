namespace ResNet.Net;

/// <summary>Specifies the order of the three color planes in the input tensor.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue; used by models trained with MXNet or PyTorch.</summary>
    Rgb,

    /// <summary>Blue, green, red; used by models trained with Caffe or Caffe2.</summary>
    Bgr,
}
