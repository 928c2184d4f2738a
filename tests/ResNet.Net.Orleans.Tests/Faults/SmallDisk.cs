using System.Diagnostics;

namespace ResNet.Net.Orleans.Tests;

/// <summary>A file system of a few megabytes in memory.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"resnet-disk-{Guid.NewGuid():N}");

    public SmallDisk()
    {
        Directory.CreateDirectory(_path);
        if (!Run("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", _path))
        {
            Directory.Delete(_path);
            throw new UnauthorizedAccessException("This user may not mount file systems.");
        }

        Directory.CreateDirectory(FullPath);
    }

    /// <summary>Gets why there can't be one; null if there can.</summary>
    public static string? MissingReason { get; } = CanMount()
        ? null
        : "needs the permission to mount a file system, which root has on Linux";

    /// <summary>Gets an empty folder in it.</summary>
    public string FullPath => Path.Combine(_path, "folder");

    private string Ballast => Path.Combine(_path, "ballast");

    /// <summary>Takes all space that is left.</summary>
    public void Fill()
    {
        using FileStream file = new(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] page = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(page);
            }
        }
        catch (IOException)
        {
        }
    }

    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "-l", _path);
        Directory.Delete(_path);
    }

    private static bool CanMount()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return false;
        }

        try
        {
            new SmallDisk().Dispose();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
