using System.Runtime.InteropServices;
using System.Text;

namespace ResNet.Net.Internals.Native;

/// <summary>Finds and loads a native library: explicit path, environment variable, the application's folders, the system loader.</summary>
internal static class NativeLibraryLocator
{
    /// <returns>The handle and where it came from. The library stays loaded for the life of the process.</returns>
    public static (nint Handle, string Path) Load(NativeLibraryDescription library, string? explicitPath)
    {
        StringBuilder tried = new();
        string? configured = explicitPath ?? Environment.GetEnvironmentVariable(library.EnvironmentVariable);
        if (string.IsNullOrWhiteSpace(configured))
        {
            return Search(library, tried) ?? throw Failure(library, tried);
        }

        // A path that somebody named is the only candidate: falling back to another library in silence would hide the mistake.
        string origin = explicitPath is not null ? "option" : library.EnvironmentVariable;
        foreach (string path in Directory.Exists(configured) ? library.FileNames.Select(f => Path.Combine(configured, f)) : [configured])
        {
            if (TryLoad(library, Path.GetFullPath(path), tried, $" ({origin})") is nint handle and not 0)
            {
                return (handle, Path.GetFullPath(path));
            }
        }

        throw Failure(library, tried);
    }

    /// <summary>Loads a library that can be done without: null where it is not found, or where the environment variable is <c>none</c> or <c>off</c>.</summary>
    /// <exception cref="NativeLibraryException">The environment variable names a library that does not load.</exception>
    public static (nint Handle, string Path)? LoadIfPresent(NativeLibraryDescription library)
        => Environment.GetEnvironmentVariable(library.EnvironmentVariable)?.Trim().ToUpperInvariant() switch
        {
            null or "" => Search(library, new StringBuilder()),
            "NONE" or "OFF" => null,
            _ => Load(library, null),
        };

    private static (nint Handle, string Path)? Search(NativeLibraryDescription library, StringBuilder tried)
    {
        foreach (string path in Candidates(library))
        {
            if (TryLoad(library, path, tried, "") is nint handle and not 0)
            {
                return (handle, path);
            }
        }

        foreach (string name in library.FileNames)
        {
            if (TryLoad(library, name, tried, " (system loader)") is nint handle and not 0)
            {
                return (handle, name);
            }
        }

        return null;
    }

    private static IEnumerable<string> Candidates(NativeLibraryDescription library)
    {
        string root = AppContext.BaseDirectory;
        IEnumerable<string> folders = RuntimeIdentifiers().Select(rid => Path.Combine(root, "runtimes", rid, "native")).Append(root);

        // Where NuGet packages are used in place (dotnet run on a library's consumer), the host lists their native folders.
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string listed)
        {
            folders = folders.Concat(listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        }

        return folders.Distinct().SelectMany(folder => library.FileNames.Select(file => Path.Combine(folder, file)));
    }

    private static IEnumerable<string> RuntimeIdentifiers()
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
#pragma warning disable CA1308 // runtime identifiers are lower case
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        return new[] { RuntimeInformation.RuntimeIdentifier, $"{system}-{architecture}" }.Distinct();
    }

    private static nint TryLoad(NativeLibraryDescription library, string path, StringBuilder tried, string origin)
    {
        tried.Append("\n  ").Append(path).Append(origin).Append(": ");
        if (Path.IsPathRooted(path) && !File.Exists(path))
        {
            tried.Append("no such file");
            return 0;
        }

        try
        {
            nint handle = NativeLibrary.Load(path);
            if (NativeLibrary.TryGetExport(handle, library.Probe, out _))
            {
                return handle;
            }

            NativeLibrary.Free(handle);
            tried.Append("loads, but does not export ").Append(library.Probe);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            tried.Append(Cause(exception.Message));
        }

        return 0;
    }

    // Where the loader has more than one line to say, the first is general advice and the others are the causes.
    private static string Cause(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join("; ", lines.Skip(lines.Length > 1 ? 1 : 0));
    }

    private static NativeLibraryException Failure(NativeLibraryDescription library, StringBuilder tried)
        => new(library.Name, $"The native library {library.Name} could not be loaded. Tried:{tried}\nTo fix it: {library.Remedy}");
}
