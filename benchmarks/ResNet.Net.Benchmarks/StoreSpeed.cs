using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures the model store: <c>store-speed [MIB]</c> downloads random bytes from this machine several times, compared with
/// <c>cat | sha256sum</c>, and then looks the file up.
/// </summary>
internal static class StoreSpeed
{
    public const string Command = "store-speed";

    private const int Rounds = 5;

    public static async Task RunAsync(int mebibytes)
    {
        byte[] file = new byte[mebibytes << 20];
        new Random(1).NextBytes(file);
        ResNetVariant variant = ResNetVariant.ResNet152V1.WithFile(file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
        string root = Directory.CreateTempSubdirectory("resnet-net-store-").FullName;
        using CancellationTokenSource end = new();
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task server = ServeAsync(listener, file, end.Token);
        try
        {
            ModelStoreOptions options = new()
            {
                RootFolder = root,
                LocalFolders = [],
                Sources = [ModelSource.Mirror($"http://{listener.LocalEndpoint}/")],
                Offline = false,
                Catalog = [variant],
            };
            string path = "";
            for (int round = 0; round < Rounds; round++)
            {
                new ModelStore(options).Remove(variant);
                path = await Time(
                    $"download, hash, write, flush {mebibytes} MiB", file.Length, () => new ModelStore(options).EnsureAsync(variant));
                _ = await Time("cat FILE | sha256sum", file.Length, () => ShellAsync($"cat '{path}' | sha256sum"));
            }

            for (int round = 0; round < Rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                _ = await new ModelStore(options).EnsureAsync(variant);
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"open the store and look up the file: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F3} ms"));
            }
        }
        finally
        {
            await end.CancelAsync();
            await server;
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<string> Time(string what, long bytes, Func<Task<string>> work)
    {
        long start = Stopwatch.GetTimestamp();
        string result = await work();
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{what}: {time.TotalSeconds:F2} s, {bytes / time.TotalSeconds / 1e6:F0} MB/s"));
        return result;
    }

    private static async Task<string> ShellAsync(string command)
    {
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }

    /// <summary>Answers every request with the file.</summary>
    private static async Task ServeAsync(TcpListener listener, byte[] file, CancellationToken end)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(end);
                NetworkStream stream = client.GetStream();
                byte[] request = new byte[8192];
                int length = 0;
                while (!request.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                {
                    length += await stream.ReadAsync(request.AsMemory(length), end);
                }

                string head = $"HTTP/1.1 200 OK\r\nContent-Length: {file.Length}\r\nConnection: close\r\n\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head), end);
                await stream.WriteAsync(file, end);
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement has ended.
        }
    }
}
