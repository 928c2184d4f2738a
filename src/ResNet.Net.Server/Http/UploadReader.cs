using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ResNet.Net.Server;

/// <summary>Finds the image in the body of an upload: the whole body, or a field of a form.</summary>
internal static class UploadReader
{
    private const int LongestBoundary = 100;
    private const int MostFields = 16;

    private static readonly string[] Names = ["data", "image", "file"];

    /// <summary>Returns the image of an upload.</summary>
    /// <param name="request">The request.</param>
    /// <param name="body">Its body.</param>
    /// <exception cref="ServerException">The form is malformed or has no image.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new ServerException(StatusCodes.Status415UnsupportedMediaType, "The server does not accept compressed bodies.");
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase))
        {
            // Whatever the type: curl --data-binary calls an image a form, and the bytes decide.
            return body;
        }

        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > LongestBoundary)
        {
            throw ServerException.Invalid("The form has no boundary, or one that is too long.");
        }

        try
        {
            return await FindAsync(boundary, body).ConfigureAwait(false)
                ?? throw ServerException.Invalid("The form has no field 'data', 'image' or 'file' with an image.");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw ServerException.Invalid("The form is malformed.");
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> FindAsync(string boundary, ReadOnlyMemory<byte> body)
    {
        MemoryMarshal.TryGetArray(body, out ArraySegment<byte> segment);
        using MemoryStream stream = new(segment.Array ?? [], segment.Offset, segment.Count, writable: false);
        MultipartReader reader = new(boundary, stream);
        for (int i = 0; i < MostFields && await reader.ReadNextSectionAsync().ConfigureAwait(false) is MultipartSection section; i++)
        {
            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition)
                && Names.Contains(HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), StringComparer.OrdinalIgnoreCase))
            {
                long start = section.BaseStreamOffset!.Value;
                await section.Body.CopyToAsync(Stream.Null).ConfigureAwait(false);
                return body.Slice((int)start, (int)section.Body.Length);
            }
        }

        return null;
    }
}
