using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Server;

/// <summary>Compares the key of a request with the configured ones, in a time that depends on neither.</summary>
internal sealed class ApiKeyCheck(IOptions<ResNetServerOptions> options)
{
    /// <summary>The name of the header with the key.</summary>
    public const string KeyHeader = "X-Api-Key";

    private const string Bearer = "Bearer ";

    // Hashes have equal lengths, so that a comparison does not reveal the length of a key.
    private readonly byte[][] _keys = [.. options.Value.ApiKeys.Select(HashOf)];

    /// <summary>Checks the key of a request.</summary>
    /// <returns>The index of the key; null if no key is required.</returns>
    /// <exception cref="ServerException">The key is missing or wrong.</exception>
    public int? Check(HttpRequest request)
    {
        if (_keys.Length == 0)
        {
            return null;
        }

        string? key = request.Headers[KeyHeader];
        string? authorization = request.Headers.Authorization;
        if (key is null && authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true)
        {
            key = authorization[Bearer.Length..].Trim();
        }

        int? found = null;
        if (key is not null)
        {
            byte[] hash = HashOf(key);
            for (int i = 0; i < _keys.Length; i++)
            {
                found = CryptographicOperations.FixedTimeEquals(hash, _keys[i]) ? i : found;
            }
        }

        return found ?? throw new ServerException(
            StatusCodes.Status401Unauthorized,
            $"A key is required in the header {KeyHeader}, or as the bearer token of Authorization.",
            RejectionReasons.Unauthorized);
    }

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
