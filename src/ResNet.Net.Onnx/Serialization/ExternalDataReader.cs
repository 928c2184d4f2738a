using System.Globalization;
using Google.Protobuf;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// Reads tensors that a model stores in external files. The model names the files, so the names are untrusted: they must not lead out of
/// the model's folder.
/// </summary>
internal static class ExternalDataReader
{
    /// <exception cref="OnnxModelException">The model uses external data that is rejected, missing, or outside the folder.</exception>
    public static void Resolve(ModelProto model, string? modelPath, ExternalDataPolicy policy)
    {
        List<TensorProto> tensors = [];
        AddTensors(model.Graph, tensors);
        foreach (TensorProto tensor in tensors.Where(t => t.DataLocation == TensorProto.Types.DataLocation.External))
        {
            if (policy == ExternalDataPolicy.Reject || modelPath is null)
            {
                throw new OnnxModelException(
                    $"The tensor '{tensor.Name}' stores its values in an external file. " + (modelPath is null
                        ? "A model that is read from memory must contain its tensors. Load it from its file instead."
                        : $"Pass {nameof(ExternalDataPolicy)}.{nameof(ExternalDataPolicy.ReadFromModelFolder)} to read such files."));
            }

            Read(tensor, Path.GetDirectoryName(Path.GetFullPath(modelPath))!);
        }
    }

    private static void Read(TensorProto tensor, string folder)
    {
        Dictionary<string, string> entries = [];
        foreach (StringStringEntryProto entry in tensor.ExternalData)
        {
            entries[entry.Key] = entry.Value;
        }

        string location = entries.GetValueOrDefault("location") ?? string.Empty;
        try
        {
            string path = ResolveInside(tensor, folder, location);
            using FileStream file = RegularFile.OpenRead(path);
            long offset = ReadNumber(tensor, entries, "offset") ?? 0;
            long length = ReadNumber(tensor, entries, "length") ?? file.Length - offset;
            long expected = TensorData.LengthOf(tensor) * TensorData.SizeOf((OnnxElementType)tensor.DataType);
            if (offset > file.Length || length > file.Length - offset || length != expected || length > Array.MaxLength)
            {
                throw new OnnxModelException(
                    $"The tensor '{tensor.Name}' needs {expected} bytes, but refers to {length} bytes at offset {offset} of '{location}', "
                    + $"which has {file.Length} bytes.");
            }

            byte[] bytes = new byte[length];
            file.Position = offset;
            file.ReadExactly(bytes);
            tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
            tensor.ExternalData.Clear();
            tensor.ClearDataLocation();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OnnxModelException(
                $"The tensor '{tensor.Name}' stores its values in '{location}', which cannot be read: {exception.Message}", exception);
        }
    }

    private static string ResolveInside(TensorProto tensor, string folder, string location)
    {
        OnnxModelException Rejection(string reason)
            => new($"The tensor '{tensor.Name}' stores its values in '{location}', {reason}. The file must be in the model's folder.");

        // The same rules on every platform, so that a path that is harmless on one can't escape on another.
        string[] parts = location.Split('/', '\\');
        if (location.Length == 0 || location.Contains('\0') || Path.IsPathRooted(location)
            || parts[0].Length == 0 || parts.Contains("..") || location.Contains(':'))
        {
            throw Rejection(location.Length == 0 ? "which names no file" : "which leads out of the model's folder");
        }

        string path = Path.Combine([folder, .. parts.Where(p => p.Length > 0 && p != ".")]);
        string root = ResolveLinks(folder);
        string target = ResolveLinks(path);
        string prefix = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar; // "/" already ends in one
        return target.StartsWith(prefix, StringComparison.Ordinal)
            ? target
            : throw Rejection("which is a link that leads out of the model's folder");
    }

    /// <summary>Resolves every symbolic link in a path.</summary>
    private static string ResolveLinks(string path)
    {
        const int MaxLinks = 40;
        string result = Path.GetPathRoot(path)!;
        Stack<string> pending = new(PartsOf(path[result.Length..]));
        for (int links = 0; pending.TryPop(out string? part);)
        {
            string next = Path.GetFullPath(Path.Combine(result, part));
            if (File.ResolveLinkTarget(next, returnFinalTarget: false) is not FileSystemInfo target || ++links > MaxLinks)
            {
                result = next;
                continue;
            }

            string full = Path.GetFullPath(target.FullName);
            result = Path.GetPathRoot(full)!;
            foreach (string targetPart in PartsOf(full[result.Length..]))
            {
                pending.Push(targetPart);
            }
        }

        return result;

        static IEnumerable<string> PartsOf(string relative)
            => relative.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse();
    }

    private static long? ReadNumber(TensorProto tensor, Dictionary<string, string> entries, string key)
        => !entries.TryGetValue(key, out string? text) ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
            : throw new OnnxModelException(
                $"The external data of the tensor '{tensor.Name}' has the {key} '{text}', which is not a non-negative integer.");

    private static void AddTensors(GraphProto graph, List<TensorProto> tensors)
    {
        tensors.AddRange(graph.Initializer);
        tensors.AddRange(graph.SparseInitializer.Select(s => s.Values).Where(t => t is not null));
        tensors.AddRange(graph.Node.SelectMany(n => n.Attribute).SelectMany(a => a.T is null ? a.Tensors : a.Tensors.Prepend(a.T)));
        foreach (GraphProto subgraph in graph.Node.SelectMany(Subgraphs.Of))
        {
            AddTensors(subgraph, tensors);
        }
    }
}
