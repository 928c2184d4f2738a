using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace ResNet.Net.Server;

/// <summary>
/// Serves the files of the page, which are embedded in the assembly: <c>index.html</c> as <c>/</c>, the others by their paths. ONNX Runtime
/// for browsers is optional; it lies in the folder <c>wwwroot/ort</c> next to the application.
/// </summary>
internal static class PageFiles
{
    private const string Prefix = "wwwroot/";
    private const string Index = "index.html";

    private static readonly string[] RuntimeFiles = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];
    private static readonly string RuntimeFolder = Path.Combine(AppContext.BaseDirectory, "wwwroot", "ort");
    private static readonly FileExtensionContentTypeProvider Types = new();

    /// <summary>Gets whether the application has ONNX Runtime for browsers.</summary>
    public static bool HasRuntime => RuntimeFiles.All(f => File.Exists(Path.Combine(RuntimeFolder, f)));

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (string resource in typeof(PageFiles).Assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal))
            {
                string path = resource[Prefix.Length..].Replace('\\', '/');
                Map(endpoints, path == Index ? "/" : $"/{path}", TypeOf(path), () => Read(resource));
            }
        }

        if (HasRuntime)
        {
            foreach (string file in RuntimeFiles)
            {
                Map(endpoints, $"/ort/{file}", TypeOf(file), () => File.ReadAllBytes(Path.Combine(RuntimeFolder, file)));
            }
        }
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, string type, Func<byte[]> read)
    {
        Lazy<TaggedContent> file = new(() => TaggedContent.Of(read()));
        endpoints.MapMethods(path, ["GET", "HEAD"], context => file.Value.WriteAsync(context, type))
            .WithMetadata(new ServerEndpoint(null, ErrorForm.Problem) { IsOpen = true });
    }

    private static string TypeOf(string path)
    {
        string type = Types.TryGetContentType(path, out string? known) ? known : "application/octet-stream";
        return type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type;
    }

    private static byte[] Read(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
