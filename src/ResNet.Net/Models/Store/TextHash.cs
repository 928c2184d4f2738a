using System.Globalization;

namespace ResNet.Net;

/// <summary>FNV-1a, 64 bits: tells texts apart by accident, not by malice. Not SHA-256, since loading the system's cryptography takes longer than all else that finding a verified model does.</summary>
internal static class TextHash
{
    /// <summary>16 hexadecimal digits.</summary>
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
