using System.Diagnostics;

namespace ResNet.Net.Packages.Tests;

/// <summary>A project outside the repository that uses the packages.</summary>
internal sealed class Consumer
{
    private const string Name = "App";

    private readonly string _folder;

    private Consumer(string folder) => _folder = folder;

    /// <summary>Creates a console program that references packages.</summary>
    public static Consumer Create(Feed feed, string folder, string program, IEnumerable<string> references)
    {
        Consumer consumer = new(Path.Combine(feed.Consumers, folder));
        Directory.CreateDirectory(consumer._folder);
        consumer.Write($"{Name}.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                {string.Join("\n    ", references)}
              </ItemGroup>
            </Project>
            """);
        consumer.Write("Program.cs", program);
        return consumer;
    }

    /// <summary>Returns the reference to a package.</summary>
    public static string Reference(string id, string version, string attributes = "")
        => $"""<PackageReference Include="{id}" Version="{version}" {attributes}/>""";

    /// <summary>Writes a file of the project.</summary>
    public void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    /// <summary>Publishes a copy of the project. Any warning is an error.</summary>
    public async Task<Published> PublishAsync(string folder, params IEnumerable<string> arguments)
    {
        (Published published, ProgramRun run) = await TryPublishAsync(folder, arguments);
        return run.ExitCode == 0 ? published : throw new InvalidOperationException(
            $"dotnet publish {string.Join(' ', arguments)} ended with {run.ExitCode}:\n{run.Output}\n{run.Error}");
    }

    /// <summary>Publishes a copy of the project, or fails to.</summary>
    public async Task<(Published Published, ProgramRun Run)> TryPublishAsync(string folder, params IEnumerable<string> arguments)
    {
        string copy = Path.Combine(Path.GetDirectoryName(_folder)!, folder);
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(_folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        }

        string output = Path.Combine(copy, "published");
        ProgramRun run = await DotnetCommand.TryAsync(
            copy, ["publish", "-c", "Release", "-o", output, "-warnaserror", "-m:1", .. arguments]);
        return (new Published(output), run);
    }

    /// <summary>A published application.</summary>
    internal sealed record Published(string Folder)
    {
        private static readonly string[] NativeNames =
            ["onnxruntime.dll", "libonnxruntime.so", "libonnxruntime.dylib", "libSkiaSharp.dll", "libSkiaSharp.so", "libSkiaSharp.dylib"];

        /// <summary>Gets every file but the symbols, relative to the folder, with <c>/</c>.</summary>
        public IReadOnlyList<string> Files => [.. Directory.GetFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is not (".pdb" or ".dbg"))
            .Select(f => Path.GetRelativePath(Folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

        /// <summary>Gets the native libraries of ONNX Runtime and SkiaSharp.</summary>
        public IReadOnlyList<string> Natives => [.. Files.Where(f => NativeNames.Contains(f.Split('/')[^1]))];

        public long Bytes => Files.Sum(BytesOf);

        public string PathOf(string file) => Path.Combine(Folder, file);

        public long BytesOf(string file) => new FileInfo(PathOf(file)).Length;

        /// <summary>Runs it in an unrelated folder.</summary>
        public Task<ProgramRun> RunAsync(params IEnumerable<string> arguments) => ProgramRun.OfAsync(StartInfo(arguments));

        /// <summary>Returns how to start it in an unrelated folder.</summary>
        public ProcessStartInfo StartInfo(params IEnumerable<string> arguments)
        {
            string executable = PathOf(OperatingSystem.IsWindows() ? $"{Name}.exe" : Name);
            ProcessStartInfo start = File.Exists(executable)
                ? new(executable, arguments)
                : ProgramRun.Dotnet(PathOf($"{Name}.dll"), arguments);
            start.WorkingDirectory = Directory.CreateDirectory(Folder + "-elsewhere").FullName;
            DotnetCommand.Isolate(start);
            return start;
        }
    }
}
