using System.Diagnostics;

namespace ResNet.Net;

/// <summary>Finds the files of loaded native libraries.</summary>
internal static class NativeLibraryFile
{
    /// <summary>Returns the path of a loaded library; null if it is not loaded or the path is unknown.</summary>
    /// <param name="name">The name without prefix and extension.</param>
    public static string? Find(string name)
    {
        try
        {
            using Process process = Process.GetCurrentProcess();
            return process.Modules.Cast<ProcessModule>()
                .Select(m => m.FileName)
                .FirstOrDefault(path => IsNamed(Path.GetFileName(path), name));
        }
        catch (Exception exception)
            when (exception is System.ComponentModel.Win32Exception or InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }

    // Matches libonnxruntime.so.1, but not libonnxruntime_providers_cuda.so.
    private static bool IsNamed(string file, string name)
    {
        bool hasPrefix = file.StartsWith("lib", StringComparison.Ordinal) && !name.StartsWith("lib", StringComparison.Ordinal);
        string stem = hasPrefix ? file[3..] : file;
        return stem.StartsWith($"{name}.", StringComparison.OrdinalIgnoreCase)
            && !stem.EndsWith(".managed.dll", StringComparison.OrdinalIgnoreCase);
    }
}
