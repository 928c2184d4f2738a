using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace ResNet.Net.Docs.Tests;

/// <summary>Runs a compiled program of a page in a separate process, as an application that references the libraries.</summary>
internal static partial class ProgramRunner
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program until it exits.</summary>
    /// <returns>The output of each block.</returns>
    public static async Task<IReadOnlyList<string[]>> RunAsync(DocumentedProgram program, string assembly, string folder)
    {
        ProgramRun run = await ProgramRun.OfAsync(Start(program, assembly, folder));
        run.ExitCode.Should().Be(0, $"the output was\n{run.Output}\nand\n{run.Error}");
        return [.. run.Output.Split(DocumentedProgram.Boundary).Select(Lines)];
    }

    /// <summary>Starts a server, sends the requests of the page, and stops the server as a user would.</summary>
    /// <returns>The responses.</returns>
    public static async Task<string[]> ServeAsync(DocumentedProgram program, string assembly, string folder)
    {
        ProcessStartInfo start = Start(program, assembly, folder);
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource timeout = new(Limit);
        try
        {
            string address = await AddressOfAsync(process, error, timeout.Token);
            Task rest = process.StandardOutput.ReadToEndAsync(timeout.Token);
            using HttpMessageInvoker client = new(new SocketsHttpHandler());
            List<string> responses = [];
            foreach (string request in program.Requests)
            {
                responses.Add(await SendAsync(client, new Uri(address), request, folder, timeout.Token));
            }

            await StopAsync(process, timeout.Token);
            await rest;
            return Lines(string.Join('\n', responses));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>
    /// Returns whether a text matches the output on the page, line by line. <c>…</c> matches any text; on its own line, it matches any
    /// number of lines.
    /// </summary>
    public static bool Matches(IEnumerable<string> shown, IEnumerable<string> actual)
    {
        string pattern = string.Concat(
            shown.Select(
                line => line.TrimEnd() == "…"
                    ? @"(?:[^\n]*\n)*"
                    : Regex.Escape(line.TrimEnd()).Replace("…", @"[^\n]*?", StringComparison.Ordinal) + @"\n"));
        return Regex.IsMatch(
            string.Concat(actual.Select(line => $"{line.TrimEnd()}\n")),
            $@"\A{pattern}\z",
            RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(10));
    }

    private static ProcessStartInfo Start(DocumentedProgram program, string assembly, string folder)
    {
        string own = Path.Combine(AppContext.BaseDirectory, "Docs.Tests");
        ProcessStartInfo start = ProgramRun.Dotnet(
            "exec", ["--runtimeconfig", $"{own}.runtimeconfig.json", "--depsfile", $"{own}.deps.json", assembly, .. program.Arguments]);
        start.WorkingDirectory = folder;

        // The developer's settings must not affect a test, and nothing is downloaded.
        foreach (string name in start.Environment.Keys.Where(key => key.StartsWith("RESNET_NET_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["RESNET_NET_HOME"] = Path.Combine(folder, "store");
        start.Environment["RESNET_NET_OFFLINE"] = "1";
        foreach (string[] variable in program.Variables.Select(variable => variable.Split('=', 2)))
        {
            start.Environment[variable[0]] = variable[1];
        }

        return start;
    }

    private static async Task<string> AddressOfAsync(Process process, Task<string> error, CancellationToken cancellationToken)
    {
        List<string> lines = [];
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is string line)
        {
            lines.Add(line);
            if (Listening().Match(line) is { Success: true } match)
            {
                return match.Groups[1].Value;
            }
        }

        throw new InvalidOperationException(
            $"The server exited before it listened. Its output was\n{string.Join('\n', lines)}\nand\n{await error}");
    }

    private static async Task<string> SendAsync(
        HttpMessageInvoker client, Uri address, string request, string folder, CancellationToken cancellationToken)
    {
        string[] words = request.Split(' ');
        while (true)
        {
            using HttpRequestMessage message = new(new HttpMethod(words[0]), new Uri(address, words[1]));
            if (words.Length > 2)
            {
                message.Content = new ByteArrayContent(await File.ReadAllBytesAsync(Path.Combine(folder, words[2]), cancellationToken));
                message.Content.Headers.ContentType = new("application/octet-stream");
            }

            using HttpResponseMessage response = await client.SendAsync(message, cancellationToken);
            string body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                // Not ready yet.
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
                continue;
            }

            response.IsSuccessStatusCode.Should().BeTrue($"'{request}' was answered {(int)response.StatusCode}: {body}");
            return body;
        }
    }

    private static async Task StopAsync(Process process, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(cancellationToken);
        process.ExitCode.Should().Be(0, "the server must shut down gracefully");
    }

    private static string[] Lines(string text)
        => text.ReplaceLineEndings("\n").Trim('\n').Split('\n') is [""] ? [] : text.ReplaceLineEndings("\n").Trim('\n').Split('\n');

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
