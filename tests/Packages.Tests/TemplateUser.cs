using System.Diagnostics;

namespace ResNet.Net.Packages.Tests;

/// <summary>A user of <c>dotnet new</c> whose installed templates are in a folder of its own.</summary>
internal sealed class TemplateUser : IDisposable
{
    private readonly Feed _feed;
    private readonly TemporaryFolder _home = new();

    private TemplateUser(Feed feed) => _feed = feed;

    /// <summary>Installs the template package of the feed.</summary>
    public static async Task<TemplateUser> InstallAsync(Feed feed)
    {
        TemplateUser user = new(feed);
        await user.RunAsync("install", $"{Feed.Templates}@{feed.Version}");
        return user;
    }

    /// <summary>Creates a project and returns its folder.</summary>
    /// <param name="template">The short name of the template.</param>
    /// <param name="name">The name of the project.</param>
    /// <param name="arguments">Further arguments.</param>
    public async Task<string> CreateAsync(string template, string name, params string[] arguments)
    {
        // The build restores: it sees the feeds that the user has configured, which DOTNET_CLI_HOME hides.
        await RunAsync([template, "-o", name, "--no-restore", .. arguments]);
        return Path.Combine(_feed.Consumers, name);
    }

    public void Dispose() => _home.Dispose();

    private async Task RunAsync(params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = DotnetCommand.Describe(_feed.Consumers, ["new", .. arguments]);
        start.Environment["DOTNET_CLI_HOME"] = _home.FullPath;
        start.Environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false";
        start.Environment["DOTNET_ADD_GLOBAL_TOOLS_TO_PATH"] = "false";
        ProgramRun run = await ProgramRun.OfAsync(start);
        run.ExitCode.Should().Be(0, $"dotnet {string.Join(' ', start.ArgumentList)} prints:\n{run.Output}\n{run.Error}");
    }
}
