using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ResNet.Net.Tests.Support;

/// <summary>A web application that runs as a process of its own, with a client for it.</summary>
internal sealed partial class WebProgram : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private WebProgram(Process process) => _process = process;

    /// <summary>Gets the process.</summary>
    public Process Process => _process;

    /// <summary>Gets a client whose requests go to the application.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { Expect100ContinueTimeout = Limit }) { Timeout = Limit };

    /// <summary>Starts an application on a free port and waits until it listens.</summary>
    /// <param name="start">The application, which gets <c>--urls</c> as a further argument.</param>
    /// <exception cref="InvalidOperationException">The application ended before it listened.</exception>
    public static async Task<WebProgram> StartAsync(ProcessStartInfo start)
    {
        start.ArgumentList.Add("--urls");
        start.ArgumentList.Add("http://127.0.0.1:0");
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        WebProgram program = new(Process.Start(start)!);
        try
        {
            Task<string> errors = program._process.StandardError.ReadToEndAsync();
            List<string> lines = [];
            while (await program._process.StandardOutput.ReadLineAsync().WaitAsync(Limit) is string line)
            {
                lines.Add(line);
                if (Listening().Match(line) is { Success: true } match)
                {
                    program.Client.BaseAddress = new Uri(match.Groups[1].Value);
                    _ = program._process.StandardOutput.ReadToEndAsync();
                    return program;
                }
            }

            throw new InvalidOperationException($"The application ended:\n{string.Join('\n', lines)}\n{await errors}");
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Posts bytes. The server can reject a long body before it is sent.</summary>
    /// <param name="path">The path, with the query.</param>
    /// <param name="body">The body of the request.</param>
    public async Task<HttpResponseMessage> PostAsync(string path, byte[] body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Headers.ExpectContinue = true;
        return await Client.SendAsync(request);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        Client.Dispose();
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
