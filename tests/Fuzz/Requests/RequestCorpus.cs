using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ResNet.Net.Server.Wire;

namespace ResNet.Net.Fuzz;

/// <summary>Creates valid requests, in the bytes that a client sends.</summary>
internal static class RequestCorpus
{
    /// <summary>The kinds: requests with right lengths, bytes on a new connection, messages of gRPC, and frames of HTTP/2.</summary>
    public const string Http = "http", Raw = "raw", Grpc = "grpc", Frames = "frames";

    public const string LengthHeader = "Inference-Header-Content-Length";

    public const int TensorLength = 3 * FuzzServer.Side * FuzzServer.Side;

    private const string InferPath = $"/v2/models/{FuzzServer.Tiny}/infer";

    /// <summary>The methods of gRPC that a message names by its first byte, with the types of their requests.</summary>
    public static IReadOnlyList<(string Path, MessageDescriptor Type)> Methods { get; } =
    [
        ("/inference.GRPCInferenceService/ModelInfer", ModelInferRequest.Descriptor),
        ("/inference.GRPCInferenceService/ModelMetadata", ModelMetadataRequest.Descriptor),
        ("/inference.GRPCInferenceService/ModelReady", ModelReadyRequest.Descriptor),
        ("/inference.GRPCInferenceService/ServerMetadata", ServerMetadataRequest.Descriptor),
        ("/grpc.health.v1.Health/Check", ModelReadyRequest.Descriptor), // field 1 is a name, too
        ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", ModelReadyRequest.Descriptor), // and here
    ];

    public static byte[] Image { get; } = BmpFiles.Write(2, 2, 24, BmpFiles.Pattern(16));

    /// <summary>Gets a tensor whose channels have the means 1, 2 and 3.</summary>
    public static float[] Tensor { get; } = [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3];

    /// <summary>Gets a request whose answer is known.</summary>
    public static byte[] Good { get; } = Infer(TensorJson);

    private static string TensorJson
        => $$"""{"inputs":[{"name":"image","datatype":"FP32","shape":[1,3,2,2],"data":[{{string.Join(',', Tensor)}}]}]}""";

    private static byte[] TensorBytes => [.. Tensor.SelectMany(BitConverter.GetBytes)];

    private static string Base64 => Convert.ToBase64String(Image);

    public static IReadOnlyList<FuzzInput> Create()
    {
        byte[][] requests = [.. HttpRequests()];
        byte[][] calls = [.. Calls()];
        return
        [
            .. Enumerable.Repeat(requests, 4).SelectMany(all => all).Select(bytes => new FuzzInput(Http, 0, bytes)),
            .. requests.Where((_, i) => i % 2 == 0).Select(bytes => new FuzzInput(Raw, 0, bytes)),
            new FuzzInput(Raw, 0, [.. requests[0], .. requests[1], .. requests[2]]),
            .. Enumerable.Repeat(calls, 3).SelectMany(all => all).Select(bytes => new FuzzInput(Grpc, 0, bytes)),
            new FuzzInput(Frames, 0, [.. GrpcConnection.Preface, .. Stream(1, calls[0])]),
            new FuzzInput(Frames, 0, [.. GrpcConnection.Preface, .. Stream(1, calls[4]), .. Stream(3, calls[0]), .. Stream(5, calls[6])]),
        ];
    }

    public static byte[] Request(string method, string path, string headers, ReadOnlySpan<byte> body)
        =>
        [
            .. Encoding.UTF8.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {body.Length}\r\n\r\n")),
            .. body,
        ];

    private static byte[] Stream(int stream, byte[] call) => GrpcConnection.Call(stream, Methods[call[0]].Path, call.AsSpan(1));

    private static byte[] Infer(string json, byte[]? binary = null, string path = InferPath)
    {
        byte[] header = Encoding.UTF8.GetBytes(json);
        return Request(
            "POST", path, binary is null ? string.Empty : $"{LengthHeader}: {header.Length}\r\n", [.. header, .. binary ?? []]);
    }

    private static byte[] Element(byte[] bytes)
    {
        byte[] element = new byte[4 + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(element, bytes.Length);
        bytes.CopyTo(element, 4);
        return element;
    }

    private static IEnumerable<byte[]> HttpRequests()
    {
        yield return Infer(TensorJson);
        yield return Infer($$"""{"id":"7","inputs":[{"name":"image_bytes","datatype":"BYTES","shape":[1],"data":["{{Base64}}"]}]}""");
        yield return Infer(
            $$"""{"inputs":[{"name":"image_bytes","datatype":"BYTES","shape":[2,1],"data":[["{{Base64}}"],["AAAA"]]}],"outputs":"""
            + """[{"name":"probabilities","parameters":{"classification":2}},{"name":"scores","parameters":{"binary_data":true}}]}""");
        yield return Infer(
            """{"id":"1","parameters":{"binary_data_output":true,"timeout":9000000},"inputs":[{"name":"image","datatype":"FP32","""
            + """ "shape":[1,3,2,2],"parameters":{"binary_data_size":48}}]}""",
            TensorBytes);
        byte[] elements = [.. Element(Image), .. Element(Image)];
        yield return Infer(
            """{"inputs":[{"name":"image_bytes","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":"""
            + $$$"""{{{elements.Length}}}}}]}""",
            elements,
            $"/v2/models/{FuzzServer.Tiny}/versions/1/infer");
        yield return Infer(string.Empty, Image);
        yield return Request("POST", $"/classify?model={FuzzServer.Tiny}&top=2&crop=true", "Content-Type: image/bmp\r\n", Image);
        yield return Request("POST", $"/predictions/{FuzzServer.Tiny}/1", string.Empty, Image);
        const string Form = "Content-Type: multipart/form-data; boundary=\"b1\"\r\n";
        yield return Request("POST", $"/classify?model={FuzzServer.Tiny}", Form, MultipartOf("image"));
        yield return Request("POST", $"/predictions/{FuzzServer.Tiny}", Form, MultipartOf("data"));
        foreach (string path in (string[])
            [
                "/v2", "/v2/health/ready", $"/v2/models/{FuzzServer.Tiny}", $"/v2/models/{FuzzServer.Tiny}/versions/1/ready", "/models",
                "/ping",
            ])
        {
            yield return Request("GET", path, string.Empty, []);
        }
    }

    private static byte[] MultipartOf(string field) =>
    [
        .. "--b1\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n"u8,
        .. Encoding.UTF8.GetBytes($"--b1\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.bmp\"\r\n\r\n"),
        .. Image,
        .. "\r\n--b1--\r\n"u8,
    ];

    private static IEnumerable<byte[]> Calls()
    {
        ModelInferRequest.Types.InferInputTensor Images(int count)
            => new() { Name = "image_bytes", Datatype = "BYTES", Shape = { count } };
        ModelInferRequest.Types.InferInputTensor Values()
            => new() { Name = "image", Datatype = "FP32", Shape = { 1, 3, FuzzServer.Side, FuzzServer.Side } };
        ModelInferRequest.Types.InferInputTensor typed = Values(), bytes = Images(1);
        typed.Contents = new InferTensorContents { Fp32Contents = { Tensor } };
        bytes.Contents = new InferTensorContents { BytesContents = { ByteString.CopyFrom(Image) } };
        ModelInferRequest classification = new()
        {
            ModelName = FuzzServer.Tiny,
            ModelVersion = "1",
            Id = "7",
            Parameters = { ["timeout"] = new InferParameter { Int64Param = 9_000_000 } },
            Inputs = { typed.Clone() },
            Outputs = { new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "probabilities" } },
        };
        classification.Outputs[0].Parameters["classification"] = new InferParameter { Int64Param = 2 };
        IMessage[] infers =
        [
            new ModelInferRequest { ModelName = FuzzServer.Tiny, Inputs = { typed } },
            new ModelInferRequest { ModelName = FuzzServer.Tiny, Inputs = { bytes } },
            new ModelInferRequest
            {
                ModelName = FuzzServer.Tiny, Inputs = { Values() }, RawInputContents = { ByteString.CopyFrom(TensorBytes) },
            },
            new ModelInferRequest
            {
                ModelName = FuzzServer.Tiny,
                Inputs = { Images(2) },
                RawInputContents = { ByteString.CopyFrom([.. Element(Image), .. Element(Image)]) },
            },
            classification,
        ];
        return
        [
            .. infers.Select(message => Call(0, message)),
            Call(1, new ModelMetadataRequest { Name = FuzzServer.Tiny }),
            Call(2, new ModelReadyRequest { Name = FuzzServer.Tiny, Version = "1" }),
            Call(3, new ServerMetadataRequest()),
            Call(4, new ModelReadyRequest { Name = FuzzServer.Tiny }),
            [2, 2, 0, 0, 0, 0], // neither compressed nor uncompressed
            [0, 0, 0, 0, 0, 2, 0x0A, 0x7F], // a field that is longer than the message
        ];

        static byte[] Call(byte method, IMessage message) => [method, .. GrpcConnection.Message(message.ToByteArray())];
    }
}
