using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ResNet.Net.Orleans.Tests;

/// <summary>Forwards connections to a server. Armed, it forwards the next COMMIT and cuts the connection instead of the answer.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private static readonly byte[] Commit = Encoding.ASCII.GetBytes("COMMIT");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private int _armed;
    private int _cuts;

    public CuttingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Gets how many answers were lost.</summary>
    public int Cuts => _cuts;

    /// <summary>Cuts a number of commits.</summary>
    public void Arm(int commits = 1) => Interlocked.Exchange(ref _armed, commits);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ForwardAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using (client)
        using (TcpClient server = new())
        {
            bool isCut = false;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target);
                Task answers = AnswerAsync();
                byte[] buffer = new byte[1 << 16];
                int count;
                while ((count = await client.GetStream().ReadAsync(buffer)) > 0)
                {
                    isCut = buffer.AsSpan(0, count).IndexOf(Commit) >= 0 && Interlocked.Decrement(ref _armed) >= 0;
                    await server.GetStream().WriteAsync(buffer.AsMemory(0, count));
                    if (isCut)
                    {
                        await answers;
                        return;
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
            {
            }

            async Task AnswerAsync()
            {
                byte[] buffer = new byte[1 << 16];
                int count;
                while ((count = await server.GetStream().ReadAsync(buffer)) > 0)
                {
                    if (isCut)
                    {
                        Interlocked.Increment(ref _cuts);
                        return;
                    }

                    await client.GetStream().WriteAsync(buffer.AsMemory(0, count));
                }
            }
        }
    }
}
