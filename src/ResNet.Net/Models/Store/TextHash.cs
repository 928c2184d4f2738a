using System.Globalization;

namespace ResNet.Net;

/// <summary>Computes 64-bit FNV-1a hashes, which are not collision-resistant against attackers.</summary>
/// <remarks>Not SHA-256: loading the system's cryptography library takes longer than everything else in finding a verified model.</remarks>
internal static class TextHash
{
    /// <summary>Returns the hash of a text as 16 hexadecimal digits.</summary>
    public static string Of(string text)
    {
        const ulong Basis = 14695981039346656037, Prime = 1099511628211;
        ulong hash = Basis;
        foreach (char c in text)
        {
            hash = (hash ^ (byte)c) * Prime;
            hash = (hash ^ (byte)(c >> 8)) * Prime;
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
