namespace ResNet.Net;

/// <summary>Specifies where a variant was trained.</summary>
public enum ModelOrigin
{
    /// <summary>MXNet's model zoo; published in the ONNX Model Zoo.</summary>
    Mxnet,

    /// <summary>Caffe2's model zoo; published there and in the ONNX Model Zoo.</summary>
    Caffe2,

    /// <summary>CNTK's model zoo; published with ML.NET.</summary>
    Cntk,

    /// <summary>This project.</summary>
    ResNetNet,
}
