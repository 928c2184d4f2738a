using System.Globalization;
using Google.Protobuf;
using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx.Internals;

/// <summary>Tensors whose values lie in another file. Its name comes with the model, so it is trusted as little: it must not lead out of the model's folder.</summary>
internal static class ExternalData
{
    /// <exception cref="OnnxModelException">There is external data, and it is refused, missing, or outside of the folder.</exception>
    public static void Resolve(ModelProto model, string? modelPath, ExternalDataPolicy policy)
    {
        foreach (TensorProto tensor in TensorsOf(model.Graph).Where(t => t.DataLocation == TensorProto.Types.DataLocation.External))
        {
            if (policy == ExternalDataPolicy.Refuse || modelPath is null)
            {
                throw new OnnxModelException(
                    $"The tensor '{tensor.Name}' keeps its values in another file. "
                    + (modelPath is null ? "A model read from memory must hold its tensors itself." : $"Files beside a model are read with {nameof(ExternalDataPolicy)}.{nameof(ExternalDataPolicy.ReadFromModelFolder)} only."));
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
            string path = Confine(tensor, folder, location);
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            long offset = Number(tensor, entries, "offset") ?? 0;
            long length = Number(tensor, entries, "length") ?? file.Length - offset;
            long expected = TensorData.LengthOf(tensor) * TensorData.SizeOf((OnnxElementType)tensor.DataType);
            if (offset > file.Length || length > file.Length - offset || length != expected || length > Array.MaxLength)
            {
                throw new OnnxModelException($"The tensor '{tensor.Name}' needs {expected} bytes, but names {length} from byte {offset} of '{location}', which has {file.Length}.");
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
            throw new OnnxModelException($"The tensor '{tensor.Name}' keeps its values in '{location}', which cannot be read: {exception.Message}", exception);
        }
    }

    private static string Confine(TensorProto tensor, string folder, string location)
    {
        OnnxModelException Refusal(string why) => new($"The tensor '{tensor.Name}' keeps its values in '{location}', {why}. Files of a model must lie in its folder.");

        // Judged alike on every platform: a model made on one must not escape on another.
        string[] parts = location.Split('/', '\\');
        if (location.Length == 0 || location.Contains('\0') || Path.IsPathRooted(location) || parts[0].Length == 0 || parts.Contains("..") || location.Contains(':'))
        {
            throw Refusal(location.Length == 0 ? "which names no file" : "which leads out of the model's folder");
        }

        string path = Path.Combine([folder, .. parts.Where(p => p.Length > 0 && p != ".")]);
        string root = ResolveLinks(folder);
        string target = ResolveLinks(path);
        string inside = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar; // "/" has one already
        return target.StartsWith(inside, StringComparison.Ordinal)
            ? target
            : throw Refusal("which is a link that leads out of the model's folder");
    }

    /// <summary>The path with every link on the way replaced by where it leads.</summary>
    private static string ResolveLinks(string path)
    {
        const int MostLinks = 40;
        string result = Path.GetPathRoot(path)!;
        Stack<string> rest = new(path[result.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (int links = 0; rest.TryPop(out string? part);)
        {
            string next = Path.GetFullPath(Path.Combine(result, part));
            if (File.ResolveLinkTarget(next, returnFinalTarget: false) is not FileSystemInfo target || ++links > MostLinks)
            {
                result = next;
                continue;
            }

            string full = Path.GetFullPath(target.FullName);
            result = Path.GetPathRoot(full)!;
            foreach (string step in full[result.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                rest.Push(step);
            }
        }

        return result;
    }

    private static long? Number(TensorProto tensor, Dictionary<string, string> entries, string key)
        => !entries.TryGetValue(key, out string? text) ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
            : throw new OnnxModelException($"The tensor '{tensor.Name}' has the {key} '{text}' of its values in another file, which is no number.");

    private static IEnumerable<TensorProto> TensorsOf(GraphProto? graph)
        => graph is null ? [] : graph.Initializer
            .Concat(graph.SparseInitializer.Select(s => s.Values).Where(t => t is not null))
            .Concat(graph.Node.SelectMany(n => n.Attribute).SelectMany(a => a.T is null ? a.Tensors : a.Tensors.Prepend(a.T)))
            .Concat(graph.Node.SelectMany(Subgraphs.Of).SelectMany(TensorsOf));
}
