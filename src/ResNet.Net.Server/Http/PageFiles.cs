using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace ResNet.Net.Server;

/// <summary>
/// Serves the files of <c>wwwroot</c>, which are embedded in the assembly: <c>index.html</c> as <c>/</c>, the others by their paths.
/// </summary>
internal static class PageFiles
{
    private const string Prefix = "wwwroot/";
    private const string Index = "index.html";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        FileExtensionContentTypeProvider types = new();
        foreach (string resource in typeof(PageFiles).Assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal))
            {
                string path = resource[Prefix.Length..].Replace('\\', '/');
                string type = types.TryGetContentType(path, out string? known) ? known : "application/octet-stream";
                EmbeddedFile file = new(resource, type);
                endpoints.MapMethods(path == Index ? "/" : $"/{path}", ["GET", "HEAD"], file.WriteAsync)
                    .WithMetadata(new ServerEndpoint(null, ErrorForm.Problem) { IsOpen = true });
            }
        }
    }

    private sealed class EmbeddedFile(string resource, string contentType)
    {
        private readonly Lazy<(byte[] Content, string Tag)> _file = new(() => Read(resource));

        public async Task WriteAsync(HttpContext context)
        {
            (byte[] content, string tag) = _file.Value;
            context.Response.Headers.ETag = tag;
            context.Response.Headers.CacheControl = "no-cache";
            if (context.Request.Headers.IfNoneMatch == tag)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            context.Response.ContentType = contentType.StartsWith("text/", StringComparison.Ordinal)
                ? $"{contentType}; charset=utf-8"
                : contentType;
            context.Response.ContentLength = content.Length;
            if (HttpMethods.IsGet(context.Request.Method))
            {
                await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
            }
        }

        private static (byte[] Content, string Tag) Read(string resource)
        {
            using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            return (content, $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"");
        }
    }
}
