using System.Diagnostics;

namespace ResNet.Net;

/// <summary>Where a native library was loaded from.</summary>
internal static class NativeLibraryFile
{
    /// <summary>The file of a loaded library; null where there is none or the system does not tell.</summary>
    /// <param name="name">Its name without prefix and extension.</param>
    public static string? Find(string name)
    {
        try
        {
            using Process process = Process.GetCurrentProcess();
            return process.Modules.Cast<ProcessModule>().Select(m => m.FileName).FirstOrDefault(path => IsNamed(Path.GetFileName(path), name));
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }

    // libonnxruntime.so.1, not libonnxruntime_providers_cuda.so.
    private static bool IsNamed(string file, string name)
    {
        string stem = file.StartsWith("lib", StringComparison.Ordinal) && !name.StartsWith("lib", StringComparison.Ordinal) ? file[3..] : file;
        return stem.StartsWith($"{name}.", StringComparison.OrdinalIgnoreCase) && !stem.EndsWith(".managed.dll", StringComparison.OrdinalIgnoreCase);
    }
}
