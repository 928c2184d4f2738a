using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using ResNet.Net.Server.Wire;

namespace ResNet.Net.Benchmarks.Serving;

/// <summary>Sends the requests of the measurement over connections that stay open.</summary>
internal sealed class ServeRequests : IDisposable
{
    /// <summary>The names of the requests, as the tables have them.</summary>
    public const string Tensor = "`infer`, binary tensor", Infer = "`infer`, JPEG", Classify = "`/classify`, JPEG", Grpc = "gRPC, JPEG",
        GrpcTensor = "gRPC, tensor";

    private const string TensorExtension = ".tensor";
    private const string InferPath = $"/v2/models/{ServeChild.Model}/infer";
    private const string LengthHeader = "Inference-Header-Content-Length";

    private static readonly Method<ModelInferRequest, ModelInferResponse> TransportMethod = new(
        MethodType.Unary,
        ServeChild.Transport,
        ServeChild.Read,
        Marshallers.Create(static request => request.ToByteArray(), ModelInferRequest.Parser.ParseFrom),
        Marshallers.Create(static response => response.ToByteArray(), ModelInferResponse.Parser.ParseFrom));

    private readonly HttpClient _http;
    private readonly GrpcChannel _channel;
    private readonly GRPCInferenceService.GRPCInferenceServiceClient _grpc;

    public ServeRequests(ServeProcess server)
    {
#pragma warning disable RS0030 // the one client of the measurement
        _http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = server.HttpAddress };
#pragma warning restore RS0030
        _channel = GrpcChannel.ForAddress(server.GrpcAddress, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
        });
        _grpc = new GRPCInferenceService.GRPCInferenceServiceClient(_channel);
    }

    public HttpClient Http => _http;

    public GRPCInferenceService.GRPCInferenceServiceClient GrpcClient => _grpc;

    /// <summary>Reads an image: an encoded one, or preprocessed values.</summary>
    public static InputImage ReadImage(string file)
        => Path.GetExtension(file) == TensorExtension
            ? InputImage.FromTensor(MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file)).ToArray())
            : InputImage.FromEncoded(File.ReadAllBytes(file));

    /// <summary>Writes the preprocessed values of an image next to it.</summary>
    public static string WriteTensor(string image, PreprocessingProfile profile)
    {
        ImagePreprocessor preprocessor = new(profile);
        float[] values = new float[preprocessor.Length];
        preprocessor.Preprocess(File.ReadAllBytes(image), values);
        string path = Path.ChangeExtension(image, TensorExtension);
        File.WriteAllBytes(path, MemoryMarshal.AsBytes(values.AsSpan()));
        return path;
    }

    /// <summary>Returns the function that sends a request and throws unless it succeeds.</summary>
    /// <param name="kind">The name of the request.</param>
    /// <param name="file">The image or tensor.</param>
    /// <param name="profile">The preprocessing profile of the model.</param>
    /// <param name="isTransport">Whether the request goes to the address that runs no model.</param>
    public async Task<Func<Task>> CreateAsync(string kind, string file, PreprocessingProfile profile, bool isTransport = false)
    {
        string PathOf(string path) => isTransport ? $"/{ServeChild.Transport}/{ServeChild.Read}" : path;
        byte[] image = await File.ReadAllBytesAsync(file);
        switch (kind)
        {
            case Tensor:
                string input = await InputNameAsync();
                string json = $$$"""
                    {"parameters":{"binary_data_output":true},"inputs":[{"name":"{{{input}}}","datatype":"FP32",
                    "shape":[1,3,{{{profile.Crop.Height}}},{{{profile.Crop.Width}}}],"parameters":{"binary_data_size":{{{image.Length}}}}}],
                    "outputs":[{"name":"probabilities"}]}
                    """;
                byte[] header = Encoding.UTF8.GetBytes(json);
                byte[] body = [.. header, .. image];
                return () => PostAsync(PathOf(InferPath), body, header.Length);
            case Infer:
                return () => PostAsync(PathOf(InferPath), image, 0);
            case Classify:
                return () => PostAsync(PathOf("/classify"), image, null);
            default:
                ModelInferRequest request = kind == Grpc
                    ? CreateGrpc("image_bytes", "BYTES", [1], [.. BitConverter.GetBytes(image.Length), .. image])
                    : CreateGrpc(await InputNameAsync(), "FP32", [1, 3, profile.Crop.Height, profile.Crop.Width], image);
                return isTransport
                    ? async () => _ = await _channel.CreateCallInvoker().AsyncUnaryCall(TransportMethod, null, default, request)
                    : async () => _ = await _grpc.ModelInferAsync(request);
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        _http.Dispose();
    }

    /// <summary>Waits until the model is ready.</summary>
    public async Task UntilReadyAsync()
    {
        while (!(await _http.GetAsync(new Uri("/v2/health/ready", UriKind.Relative))).IsSuccessStatusCode)
        {
            await Task.Delay(20);
        }
    }

    private static ModelInferRequest CreateGrpc(string input, string datatype, long[] shape, byte[] content) => new()
    {
        ModelName = ServeChild.Model,
        Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = input, Datatype = datatype, Shape = { shape } } },
        Outputs = { new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "probabilities" } },
        RawInputContents = { UnsafeByteOperations.UnsafeWrap(content) },
    };

    private async Task<string> InputNameAsync()
        => (await _grpc.ModelMetadataAsync(new ModelMetadataRequest { Name = ServeChild.Model })).Inputs
            .Single(i => i.Datatype == "FP32").Name;

    private async Task PostAsync(string path, byte[] body, int? headerLength)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        if (headerLength is int length)
        {
            request.Headers.Add(LengthHeader, length.ToString(CultureInfo.InvariantCulture));
        }

        using HttpResponseMessage response = await _http.SendAsync(request);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }

        _ = await response.Content.ReadAsByteArrayAsync();
    }
}
