using ResNet.Net.Onnx;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Decides which exceptions users see as a message, and words them.</summary>
internal static class Failure
{
    /// <summary>Whether the arguments, a file or the model caused the exception, not a bug.</summary>
    public static bool IsExpected(Exception exception)
        => exception is ResNetException or OnnxModelException or ArgumentException or IOException or UnauthorizedAccessException;

    /// <summary>Whether one image caused the exception, so that the other images can still have a result.</summary>
    public static bool IsOfImage(Exception exception)
        => exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException;

    /// <summary>The message without the image's path, which the reader already sees, and without names of parameters in the code.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        ImageDecodeException decode => decode.Reason,
        ArgumentException { ParamName: string name }
            => exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal).ReplaceLineEndings(" "),
        ModelUnavailableException { ModelId: string id } when ResNetVariant.TryParse(id, out _)
            => $"{exception.Message}\nOr name the folder that has it: --models-folder <folder>",
        _ => exception.Message,
    };
}
