using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace ResNet.Net.Server;

/// <summary>
/// Serves the files of the page, which are embedded in the assembly: <c>index.html</c> as <c>/</c>, the others by their paths. ONNX Runtime
/// for browsers is optional: its files are in the folder <c>wwwroot/ort</c> next to the application.
/// </summary>
internal static class PageFiles
{
    private const string Prefix = "wwwroot/";
    private const string Index = "index.html";
    private const string Gzip = "gzip";

    private static readonly string[] RuntimeFiles = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];
    private static readonly string RuntimeFolder = Path.Combine(AppContext.BaseDirectory, "wwwroot", "ort");
    private static readonly FileExtensionContentTypeProvider Types = new();

    /// <summary>Gets whether the application has ONNX Runtime for browsers.</summary>
    public static bool HasRuntime { get; } = RuntimeFiles.All(f => File.Exists(Path.Combine(RuntimeFolder, f)));

    public static void Map(IEndpointRouteBuilder endpoints, ResNetServerOptions options)
    {
        foreach (string resource in typeof(PageFiles).Assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal))
            {
                string path = resource[Prefix.Length..].Replace('\\', '/');
                Lazy<TaggedContent> content = new(
                    () => TaggedContent.Of(path == Index ? WithoutDeadLinks(Read(resource), options) : Read(resource)));
                Map(endpoints, path == Index ? "/" : $"/{path}", context => content.Value.WriteAsync(context, TypeOf(path)));
            }
        }

        if (HasRuntime)
        {
            foreach (string file in RuntimeFiles)
            {
                MapRuntime(endpoints, file);
            }
        }
    }

    private static void MapRuntime(IEndpointRouteBuilder endpoints, string file)
    {
        string path = Path.Combine(RuntimeFolder, file);
        Lazy<TaggedContent> plain = new(() => TaggedContent.Of(File.ReadAllBytes(path)));

        // The compressed file is a quarter of the size.
        string compressedPath = $"{path}.gz";
        Lazy<TaggedContent>? compressed = File.Exists(compressedPath)
            ? new(() => TaggedContent.Of(File.ReadAllBytes(compressedPath)))
            : null;
        Map(endpoints, $"/ort/{file}", context =>
        {
            context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
            if (compressed is null || !AcceptsGzip(context.Request))
            {
                return plain.Value.WriteAsync(context, TypeOf(file));
            }

            context.Response.Headers.ContentEncoding = Gzip;
            return compressed.Value.WriteAsync(context, TypeOf(file));
        });
    }

    private static bool AcceptsGzip(HttpRequest request)
        => request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value == Gzip && e.Quality != 0);

    private static void Map(IEndpointRouteBuilder endpoints, string path, RequestDelegate write)
        => endpoints.MapMethods(path, ["GET", "HEAD"], write)
            .WithMetadata(new ServerEndpoint(null, ErrorForm.Problem) { IsOpen = true });

    private static string TypeOf(string path)
    {
        string type = Types.TryGetContentType(path, out string? known) ? known : "application/octet-stream";
        return type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type;
    }

    /// <summary>Removes links to addresses that do not exist, or that need a key, which a link cannot send.</summary>
    private static byte[] WithoutDeadLinks(byte[] page, ResNetServerOptions options)
    {
        string html = Encoding.UTF8.GetString(page);
        foreach ((string link, bool exists) in (ReadOnlySpan<(string, bool)>)[
            ("<a href=\"/openapi/v1.json\">OpenAPI document</a>", options.OpenApi), ("<a href=\"/metrics\">Metrics</a>", options.Metrics)])
        {
            html = exists && options.ApiKeys.Count == 0 ? html : html.Replace(link, "", StringComparison.Ordinal);
        }

        return Encoding.UTF8.GetBytes(html);
    }

    private static byte[] Read(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
