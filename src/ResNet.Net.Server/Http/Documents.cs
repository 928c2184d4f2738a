using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace ResNet.Net.Server;

/// <summary>Represents an error of the protocol.</summary>
internal sealed record ErrorDocument(string Error);

internal sealed record LiveDocument(bool Live);

internal sealed record ReadyDocument(bool Ready);

internal sealed record ModelReadyDocument(string Name, bool Ready);

internal sealed record ServerMetadataDocument(string Name, string Version, IReadOnlyList<string> Extensions);

internal sealed record ModelMetadataDocument(
    string Name,
    IReadOnlyList<string> Versions,
    string Platform,
    IReadOnlyList<TensorMetadata> Inputs,
    IReadOnlyList<TensorMetadata> Outputs);

/// <summary>Describes the body of an inference request in the OpenAPI document.</summary>
internal sealed record InferRequestDocument(
    string? Id,
    IReadOnlyDictionary<string, JsonElement>? Parameters,
    IReadOnlyList<InferInputDocument> Inputs,
    IReadOnlyList<InferRequestedOutputDocument>? Outputs);

internal sealed record InferInputDocument(
    string Name, string Datatype, IReadOnlyList<long> Shape, IReadOnlyDictionary<string, JsonElement>? Parameters, JsonElement? Data);

internal sealed record InferRequestedOutputDocument(string Name, IReadOnlyDictionary<string, JsonElement>? Parameters);

/// <summary>Describes the body of an inference response in the OpenAPI document.</summary>
internal sealed record InferResponseDocument(
    string ModelName, string ModelVersion, string? Id, IReadOnlyList<InferInputDocument> Outputs);

internal sealed record StatusDocument(string Status);

/// <summary>Lists the models for the page.</summary>
internal sealed record ModelListDocument(IReadOnlyList<ModelDocument> Models);

/// <summary>Describes a version of a model for the page. What is unknown until the model is loaded is null.</summary>
internal sealed record ModelDocument(
    string Name,
    string Version,
    bool Ready,
    bool Default,
    IReadOnlyList<int>? InputSize,
    int? Classes,
    bool? ActivationMaps,
    bool? MultiLabel,
    double? UnknownThreshold,
    IReadOnlyList<string>? Labels,
    JsonElement? Profile,
    BrowserDocument? Browser);

/// <summary>Tells the page how to run a model in the browser.</summary>
/// <param name="Reason">Why the browser cannot run the model; null if it can.</param>
/// <param name="File">The address of the model; null if the browser cannot run it.</param>
/// <param name="Input">The name of the input, <c>[1, 3, height, width]</c>.</param>
/// <param name="Output">The name of the scores.</param>
/// <param name="Maps">The name of the activation maps; null if the model has none.</param>
/// <param name="OutputKind">The name of the <see cref="ResNet.Net.OutputKind"/>.</param>
internal sealed record BrowserDocument(string? Reason, string? File, string Input, string Output, string? Maps, string OutputKind);

internal sealed record PredictionDocument(int ClassIndex, string? SynsetId, string Label, float Probability);

/// <summary>Represents milliseconds.</summary>
internal sealed record TimingsDocument(double Decode, double Preprocess, double Inference, double Total);

internal sealed record SizeDocument(int Width, int Height);

/// <summary>Represents the part of an image that the model sees, in pixels of the image.</summary>
internal sealed record RegionDocument(double Left, double Top, double Width, double Height);

/// <summary>Represents the activation map of a class. The overlay is a data URL of a PNG file.</summary>
internal sealed record MapDocument(
    int ClassIndex, string Label, float Probability, int Rows, int Columns, IReadOnlyList<float> Values, string Overlay);

/// <summary>
/// Represents the answer to an upload. The crop is a data URL of a PNG file. Whether the image is unknown is null for models without a
/// threshold.
/// </summary>
internal sealed record ClassifyDocument(
    string Model,
    string Version,
    IReadOnlyList<PredictionDocument> Predictions,
    bool? IsUnknown,
    TimingsDocument Timings,
    string? Crop,
    SizeDocument? Image,
    RegionDocument? Region,
    IReadOnlyList<MapDocument>? Maps);

/// <summary>Serializes the documents of the protocol without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(LiveDocument))]
[JsonSerializable(typeof(ReadyDocument))]
[JsonSerializable(typeof(ModelReadyDocument))]
[JsonSerializable(typeof(ServerMetadataDocument))]
[JsonSerializable(typeof(ModelMetadataDocument))]
[JsonSerializable(typeof(InferRequestDocument))]
[JsonSerializable(typeof(InferResponseDocument))]
internal sealed partial class ProtocolJson : JsonSerializerContext;

/// <summary>Serializes the documents of the other endpoints without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(ModelListDocument))]
[JsonSerializable(typeof(ClassifyDocument))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(IReadOnlyList<IReadOnlyDictionary<string, float>>))]
internal sealed partial class PageJson : JsonSerializerContext;
