namespace ResNet.Net.Samples.Support;

/// <summary>What the samples tell people of exceptions.</summary>
internal static class Failure
{
    /// <summary>Whether it is the arguments', a file's or the model's fault, and not the program's.</summary>
    public static bool IsExpected(Exception exception) => exception is ResNetException or ArgumentException or IOException or UnauthorizedAccessException;

    /// <summary>Whether it is one picture's fault: the others can still have their result.</summary>
    public static bool IsOfPicture(Exception exception) => exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException;

    /// <summary>The message, without what the reader sees anyway (the picture's path) or has no use for (the name of a parameter in the code).</summary>
    public static string Describe(Exception exception) => exception switch
    {
        ImageDecodeException decode => decode.Reason,
        ArgumentException { ParamName: string name } => exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal).ReplaceLineEndings(" "),
        ModelUnavailableException { ModelId: string id } when ResNetVariant.TryParse(id, out _) => $"{exception.Message}\nOr name it here: --models-folder <folder>",
        _ => exception.Message,
    };
}
