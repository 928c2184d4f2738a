using System.Diagnostics;

namespace ResNet.Net.Packages.Tests;

/// <summary>A project of somebody who uses the packages.</summary>
internal sealed class Consumer
{
    private const string Name = "App";

    private readonly string _folder;

    private Consumer(string folder) => _folder = folder;

    /// <summary>A new console program that references packages.</summary>
    public static async Task<Consumer> CreateAsync(Feed feed, string folder, string program, params IEnumerable<(string Id, string Version)> packages)
    {
        Consumer consumer = new(Path.Combine(feed.Consumers, folder));
        await DotnetCommand.RunAsync(feed.Consumers, "new", "console", "-n", Name, "-o", consumer._folder, "--no-restore");
        foreach ((string id, string version) in packages)
        {
            // Without its restore, which publishing does once for all.
            await DotnetCommand.RunAsync(consumer._folder, "add", "package", id, "--version", version, "--no-restore");
        }

        consumer.Write("Program.cs", program);
        return consumer;
    }

    /// <summary>Writes a file of the project.</summary>
    public void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    /// <summary>Publishes a copy of the project; any warning is an error.</summary>
    public async Task<Published> PublishAsync(string folder, params IEnumerable<string> arguments)
    {
        string copy = Path.Combine(Path.GetDirectoryName(_folder)!, folder);
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(_folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        string output = Path.Combine(copy, "published");
        await DotnetCommand.RunAsync(copy, ["publish", "-c", "Release", "-o", output, "-warnaserror", "-m:1", .. arguments]);
        return new Published(output);
    }

    /// <summary>What was published.</summary>
    internal sealed record Published(string Folder)
    {
        /// <summary>Every file but the symbols, relative to the folder, with <c>/</c>.</summary>
        public IReadOnlyList<string> Files => [.. Directory.GetFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is not (".pdb" or ".dbg")).Select(f => Path.GetRelativePath(Folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

        public string PathOf(string file) => Path.Combine(Folder, file);

        public long Bytes => Files.Sum(f => new FileInfo(PathOf(f)).Length);

        /// <summary>Runs it, in a folder that has nothing to do with it.</summary>
        public async Task<ProgramRun> RunAsync(IReadOnlyDictionary<string, string>? environment = null, params IEnumerable<string> arguments)
        {
            string executable = PathOf(OperatingSystem.IsWindows() ? $"{Name}.exe" : Name);
            ProcessStartInfo start = File.Exists(executable) ? new(executable, arguments) : ProgramRun.Dotnet(PathOf($"{Name}.dll"), arguments);
            start.WorkingDirectory = Directory.CreateDirectory(Folder + "-elsewhere").FullName;
            DotnetCommand.Isolate(start);
            foreach ((string variable, string value) in environment ?? new Dictionary<string, string>())
            {
                start.Environment[variable] = value;
            }

            return await ProgramRun.OfAsync(start);
        }
    }
}
