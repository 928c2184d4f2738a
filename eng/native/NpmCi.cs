// Compiled by MSBuild when eng/NativeSources.targets needs it. Runs `npm ci --ignore-scripts` in Folder, once, whoever else builds meanwhile.
using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Threading;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

public sealed class NpmCi : Task
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    // Has package.json, package-lock.json and .npmrc.
    [Required]
    public string Source { get; set; }

    // Where node_modules appears: Source itself, or a folder that gets copies of those files.
    [Required]
    public string Folder { get; set; }

    public string Arguments { get; set; }

    [Required]
    public string Stamp { get; set; }

    public override bool Execute()
    {
        using (AcquireLock())
        {
            string lockFile = Path.Combine(Source, "package-lock.json");
            if (File.Exists(Stamp) && File.GetLastWriteTimeUtc(Stamp) >= File.GetLastWriteTimeUtc(lockFile))
            {
                return true; // another build was first
            }

            bool own = Path.GetFullPath(Source) == Path.GetFullPath(Folder);
            Log.LogMessage(MessageImportance.High, own
                ? "Bringing the native libraries (npm ci in eng/native): once, about 120 MB"
                : "Bringing native libraries of another platform (npm ci " + Arguments + "): once, about 8 MB");
            if (!own)
            {
                foreach (string file in new[] { "package.json", "package-lock.json", ".npmrc" })
                {
                    File.Copy(Path.Combine(Source, file), Path.Combine(Folder, file), true);
                }
            }

            if (!RunNpm())
            {
                return false;
            }

            File.WriteAllText(Stamp, "npm ci finished\n");
            return true;
        }
    }

    // The operating system releases the lock when its owner dies.
    private FileStream AcquireLock()
    {
        Directory.CreateDirectory(Folder);
        string path = Path.Combine(Folder, ".lock");
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waited.Elapsed < Patience)
            {
                Thread.Sleep(200);
            }
        }
    }

    private bool RunNpm()
    {
        bool windows = Path.DirectorySeparatorChar == '\\';
        ProcessStartInfo start = new ProcessStartInfo
        {
            FileName = windows ? "cmd.exe" : "npm",
            Arguments = (windows ? "/d /c npm " : "") + "ci --ignore-scripts --no-audit --no-fund " + Arguments,
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using (Process process = new Process { StartInfo = start })
            {
                string tail = "";
                object gate = new object();
                DataReceivedEventHandler keep = (_, e) =>
                {
                    if (!string.IsNullOrWhiteSpace(e.Data))
                    {
                        Log.LogMessage(MessageImportance.Low, e.Data);
                        lock (gate)
                        {
                            tail = tail.Length > 4000 ? tail : tail + Environment.NewLine + "  " + e.Data;
                        }
                    }
                };
                process.OutputDataReceived += keep;
                process.ErrorDataReceived += keep;
                process.Start();
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                process.WaitForExit();
                if (process.ExitCode == 0)
                {
                    return true;
                }

                bool missing = windows && process.ExitCode == 9009 || tail.IndexOf("is not recognized", StringComparison.Ordinal) >= 0;
                if (missing)
                {
                    LogMissing();
                }
                else
                {
                    Log.LogError("npm ci in eng/native failed with exit code " + process.ExitCode + ". Is the npm registry reachable? Retry by hand: npm ci --ignore-scripts --prefix eng/native. npm said:" + tail);
                }

                return false;
            }
        }
        catch (Win32Exception)
        {
            LogMissing();
            return false;
        }
    }

    private void LogMissing()
    {
        Log.LogError("npm was not found on PATH: the build needs it once, to bring the native libraries (ONNX Runtime, libvips). " +
            "Install Node.js 18 or newer, which has npm, and build again; or pass -p:NativeLibraries=none and supply the libraries yourself (docs/native-libraries.md).");
    }
}
