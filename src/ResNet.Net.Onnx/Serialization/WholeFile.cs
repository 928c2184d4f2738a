namespace ResNet.Net.Onnx;

/// <summary>Writes files that are never incomplete.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file under a temporary name and then renames it. If that fails, an existing file is unchanged.</summary>
    /// <param name="path">The path of the file. An existing file is replaced.</param>
    /// <param name="write">Writes the content.</param>
    public static void Write(string path, Action<FileStream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
