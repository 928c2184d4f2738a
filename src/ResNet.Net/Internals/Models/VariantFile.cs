using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Internals.Models;

/// <summary>Finds a variant's file in the model folders and verifies it before it is opened.</summary>
internal static class VariantFile
{
    public const string FolderVariable = "RESNET_NET_MODELS";

    /// <summary>The first file whose bytes are the variant's.</summary>
    /// <exception cref="ModelVerificationException">Files are there, but none has the right bytes.</exception>
    /// <exception cref="ModelUnavailableException">There is no file.</exception>
    public static string Find(ResNetVariant variant, string? folder)
    {
        StringBuilder looked = new();
        (string Path, string? Sha256)? wrong = null;
        foreach ((string candidate, string origin) in Candidates(variant, folder))
        {
            looked.Append("\n  ").Append(candidate).Append(" (").Append(origin).Append("): ");
            if (!File.Exists(candidate))
            {
                looked.Append("no such file");
                continue;
            }

            (bool matches, string? sha256, string finding) = Verify(variant, candidate);
            if (matches)
            {
                return candidate;
            }

            looked.Append(finding);
            wrong ??= (candidate, sha256);
        }

        if (looked.Length == 0)
        {
            looked.Append($"\n  nothing: neither ResNetClassifierOptions.ModelFolder nor {FolderVariable} names a folder");
        }

        string remedy = $"\nTo get it, download {variant.FileName} ({variant.Bytes} bytes, SHA-256 {variant.Sha256}) from "
            + $"https://huggingface.co/onnxmodelzoo/{variant.Id}/resolve/main/{variant.FileName} into a folder, and name that folder in ResNetClassifierOptions.ModelFolder or {FolderVariable}.";
        throw wrong is (string path, var actual)
            ? new ModelVerificationException(variant.Id, path, variant.Sha256, actual, $"The model '{variant.Id}' was not loaded: no file has its bytes. Looked at:{looked}{remedy}")
            : new ModelUnavailableException(variant.Id, $"The model '{variant.Id}' is not here. Looked at:{looked}{remedy}");
    }

    private static IEnumerable<(string Path, string Origin)> Candidates(ResNetVariant variant, string? folder)
    {
        (string? Folder, string Origin)[] folders = [(folder, "ModelFolder"), (Environment.GetEnvironmentVariable(FolderVariable), FolderVariable)];
        foreach ((string? root, string origin) in folders)
        {
            if (!string.IsNullOrWhiteSpace(root))
            {
                string full = Path.GetFullPath(root);
                yield return (Path.Combine(full, variant.FileName), origin);
                yield return (Path.Combine(full, variant.Id, variant.FileName), origin);
            }
        }
    }

    private static (bool Matches, string? Sha256, string Finding) Verify(ResNetVariant variant, string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20, FileOptions.SequentialScan);
            if (stream.Length != variant.Bytes)
            {
                return (false, null, $"has {stream.Length} bytes instead of {variant.Bytes}");
            }

            string actual = Convert.ToHexStringLower(SHA256.HashData(stream));
            return (actual == variant.Sha256, actual, $"has SHA-256 {actual} instead of {variant.Sha256}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (false, null, exception.Message);
        }
    }
}
