using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ResNet.Net.Orleans.Tests;

/// <summary>
/// Forwards connections to a server. Armed, it forwards the next COMMIT and cuts the connection instead of the answer. It can also cut the
/// network for a while.
/// </summary>
internal sealed class CuttingProxy : IDisposable
{
    /// <summary>The statement with its end, since transactions begin with "READ COMMITTED".</summary>
    public const string Commit = "COMMIT\0";

    /// <summary>The first bytes of the rows of a binary COPY.</summary>
    public const string Rows = "PGCOPY\n";

    private static readonly byte[] CommitBytes = Encoding.ASCII.GetBytes(Commit);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private int _armed;
    private int _cuts;
    private TaskCompletionSource _healed = Healed();
    private CancellationTokenSource _refusing = new();
    private byte[]? _last;

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

    /// <summary>Cuts the network until <see cref="Heal"/>.</summary>
    /// <param name="isSilent">
    /// Whether connections stay open and their bytes are late, as after a switch that failed; otherwise they are closed, and new ones too.
    /// </param>
    public void Cut(bool isSilent)
    {
        _healed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!isSilent)
        {
            _refusing.Cancel();
        }
    }

    /// <summary>Cuts the network silently in front of the next bytes of a client that contain a text.</summary>
    public void CutBefore(string text) => Volatile.Write(ref _last, Encoding.ASCII.GetBytes(text));

    /// <summary>Gets whether the network is cut.</summary>
    public bool IsCut => !_healed.Task.IsCompleted;

    /// <summary>Forwards again, also what waited.</summary>
    public void Heal()
    {
        if (_refusing.IsCancellationRequested)
        {
            _refusing.Dispose();
            _refusing = new CancellationTokenSource();
        }

        _healed.TrySetResult();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _refusing.Cancel();
        _refusing.Dispose();
        _healed.TrySetResult();
    }

    private static TaskCompletionSource Healed()
    {
        TaskCompletionSource source = new();
        source.SetResult();
        return source;
    }

    private void CutIfWanted(ReadOnlySpan<byte> bytes)
    {
        if (Volatile.Read(ref _last) is byte[] last && bytes.IndexOf(last) >= 0
            && Interlocked.CompareExchange(ref _last, null, last) == last)
        {
            Cut(isSilent: true);
        }
    }

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

            // Closing the sockets ends their reads.
            CancellationToken refusing = _refusing.Token;
            using CancellationTokenRegistration closing = refusing.Register(() =>
            {
                client.Close();
                server.Close();
            });
            try
            {
                await _healed.Task;
                await server.ConnectAsync(IPAddress.Loopback, _target);
                Task answers = AnswerAsync();
                byte[] buffer = new byte[1 << 16];
                int count;
                while ((count = await client.GetStream().ReadAsync(buffer)) > 0)
                {
                    isCut = buffer.AsSpan(0, count).IndexOf(CommitBytes) >= 0 && Interlocked.Decrement(ref _armed) >= 0;
                    CutIfWanted(buffer.AsSpan(0, count));
                    await _healed.Task;
                    await server.GetStream().WriteAsync(buffer.AsMemory(0, count));
                    if (isCut)
                    {
                        await answers;
                        return;
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or InvalidOperationException)
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

                    await _healed.Task;
                    await client.GetStream().WriteAsync(buffer.AsMemory(0, count));
                }

                // The end of the server's session reaches its client too, which otherwise waits for its time limit.
                await _healed.Task;
                client.Close();
            }
        }
    }
}
