using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace ResNet.Net.Server;

/// <summary>Completes the OpenAPI document: endpoints that read their requests themselves have no parameters to be found.</summary>
internal static class OpenApiSetup
{
    private const string Binary = "application/octet-stream";
    private const string KeyScheme = "apiKey";
    private const string BearerScheme = "bearer";

    private static readonly (string Name, JsonSchemaType Type, string Description)[] ClassifyParameters =
    [
        ("model", JsonSchemaType.String, "The model. The default is the server's default model."),
        ("version", JsonSchemaType.String, "The version. The default is the highest one."),
        ("top", JsonSchemaType.Integer, "The number of classes to return, from 1 to 1000. The default is 5."),
        ("crop", JsonSchemaType.Boolean, "Whether to return what the model sees, as a PNG file."),
        ("explain", JsonSchemaType.String, "'true' for the activation map of the most probable class, or class indices, such as '3,5'."),
    ];

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer(static (document, context, _) =>
        {
            document.Info.Title = "ResNet.Net.Server";
            document.Info.Version = ServerIdentity.Version;
            document.Info.Description = "Classifies images: the Open Inference Protocol v2, and endpoints for single images.";
            if (RequiresKey(context.ApplicationServices))
            {
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                {
                    [KeyScheme] = new OpenApiSecurityScheme
                    {
                        Type = SecuritySchemeType.ApiKey,
                        In = ParameterLocation.Header,
                        Name = ApiKeyCheck.KeyHeader,
                    },
                    [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = BearerScheme },
                };
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static async (operation, context, cancellationToken) =>
        {
            string path = context.Description.RelativePath ?? "";
            if (RequiresKey(context.ApplicationServices)
                && !context.Description.ActionDescriptor.EndpointMetadata.OfType<ServerEndpoint>().Any(e => e.IsOpen))
            {
                operation.Responses ??= [];
                operation.Responses["401"] = new OpenApiResponse { Description = "The API key is missing or wrong." };
                operation.Security =
                [
                    new() { [new OpenApiSecuritySchemeReference(KeyScheme, context.Document)] = [] },
                    new() { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] },
                ];
            }

            foreach (string name in (string[])["name", "version"])
            {
                if (path.Contains($"{{{name}}}", StringComparison.Ordinal) && operation.Parameters?.Any(p => p.Name == name) != true)
                {
                    Add(operation, name, ParameterLocation.Path, JsonSchemaType.String, $"The {name} of the model.");
                }
            }

            if (path == "classify")
            {
                foreach ((string name, JsonSchemaType type, string description) in ClassifyParameters)
                {
                    Add(operation, name, ParameterLocation.Query, type, description);
                }
            }

            // Not by metadata of the endpoints: routing would reject other content types, which curl sends for every body.
            if (path.EndsWith("/infer", StringComparison.Ordinal))
            {
                IOpenApiSchema schema = await context.GetOrCreateSchemaAsync(typeof(InferRequestDocument), null, cancellationToken)
                    .ConfigureAwait(false);
                operation.RequestBody = Body(("application/json", schema), (Binary, File()));
            }
            else if (context.Description.HttpMethod == "POST")
            {
                OpenApiSchema form = new()
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema> { ["data"] = File() },
                };
                operation.RequestBody = Body((Binary, File()), ("multipart/form-data", form));
            }
        });
    }

    private static bool RequiresKey(IServiceProvider services)
        => services.GetRequiredService<IOptions<ResNetServerOptions>>().Value.ApiKeys.Count > 0;

    private static OpenApiSchema File() => new() { Type = JsonSchemaType.String, Format = "binary" };

    private static OpenApiRequestBody Body(params ReadOnlySpan<(string Type, IOpenApiSchema Schema)> forms)
    {
        OpenApiRequestBody body = new() { Required = true, Content = new Dictionary<string, OpenApiMediaType>() };
        foreach ((string type, IOpenApiSchema schema) in forms)
        {
            body.Content[type] = new OpenApiMediaType { Schema = schema };
        }

        return body;
    }

    private static void Add(OpenApiOperation operation, string name, ParameterLocation location, JsonSchemaType type, string description)
        => (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = name,
            In = location,
            Required = location == ParameterLocation.Path,
            Description = description,
            Schema = new OpenApiSchema { Type = type },
        });
}
