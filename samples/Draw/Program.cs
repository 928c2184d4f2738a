// Draws the sample images: dotnet run --project samples/Draw [folder]
// Draws the packages' icon: dotnet run --project samples/Draw -- --icon eng/icon.png
using ResNet.Net.Samples.Draw;

if (args is ["--icon", string icon])
{
    File.WriteAllBytes(icon, PackageIcon.Render().ToPng());
    Console.WriteLine($"Written to {icon}");
    return;
}

if (args.Length > 1 || args is [['-', ..]])
{
    Console.Error.WriteLine("Usage: dotnet run --project samples/Draw [-- FOLDER | -- --icon FILE]");
    Environment.ExitCode = 2;
    return;
}

string folder = args.Length > 0 ? args[0] : Path.Combine(FindRepository(), "samples", "images");
Directory.CreateDirectory(folder);
foreach (Scene scene in SceneCatalog.All)
{
    byte[] png = scene.Render().ToPng();
    File.WriteAllBytes(Path.Combine(folder, scene.FileName), png);
    Console.WriteLine($"{scene.FileName,-14} {scene.Label,-11} {scene.Width} x {scene.Height}, {(png.Length + 512) / 1024} KB");
}

Console.WriteLine($"Written to {folder}");

static string FindRepository()
{
    for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
    {
        if (File.Exists(Path.Combine(directory.FullName, "ResNet.Net.sln")))
        {
            return directory.FullName;
        }
    }

    throw new DirectoryNotFoundException("No ResNet.Net.sln above this program: give the folder to write to.");
}
