namespace ResNet.Net.Server;

/// <summary>Represents an inference request of either transport.</summary>
/// <param name="Id">The client's identifier, which the response repeats; null if there is none.</param>
/// <param name="Input">The input.</param>
/// <param name="Outputs">The requested outputs; null for all of them.</param>
/// <param name="Timeout">The time that the client waits; null for no limit.</param>
internal sealed record InferRequest(string? Id, InputTensor Input, IReadOnlyList<RequestedOutput>? Outputs, TimeSpan? Timeout);

/// <summary>Represents the images of a request: encoded ones, or preprocessed values of consecutive images.</summary>
/// <param name="Encoded">The contents of the image files; null if the images are preprocessed.</param>
/// <param name="Values">The values, <c>[Count, 3, H, W]</c>.</param>
/// <param name="Count">The number of images.</param>
internal sealed record InputTensor(IReadOnlyList<ReadOnlyMemory<byte>>? Encoded, ReadOnlyMemory<float> Values, int Count)
{
    /// <summary>Returns the images.</summary>
    public IEnumerable<InputImage> Images()
    {
        for (int i = 0; i < Count; i++)
        {
            int length = Values.Length / Count;
            yield return Encoded is null
                ? InputImage.FromTensor(Values.Slice(i * length, length))
                : InputImage.FromEncoded(Encoded[i]);
        }
    }
}

/// <summary>Represents an output that a client requests.</summary>
/// <param name="Name">The name.</param>
/// <param name="Classes">The number of classes to return instead of the values; null for the values.</param>
/// <param name="IsBinary">Whether the output is returned as binary data, in HTTP.</param>
internal sealed record RequestedOutput(string Name, int? Classes, bool IsBinary);

/// <summary>Represents an output of a response: values, or classes as strings.</summary>
internal sealed record OutputTensor(string Name, long[] Shape, float[]? Values, string[]? Strings, bool IsBinary)
{
    public string Datatype => Strings is null ? Datatypes.Float : Datatypes.Bytes;
}

/// <summary>Represents the response to an inference request.</summary>
internal sealed record InferResponse(string ModelName, string ModelVersion, string? Id, IReadOnlyList<OutputTensor> Outputs);

/// <summary>Defines the data types of the protocol that models take or return.</summary>
internal static class Datatypes
{
    public const string Float = "FP32";
    public const string Bytes = "BYTES";
}
