using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Orleans.Tests;

public sealed partial class ImageSourceTests
{
    private static readonly byte[] Image = [1, 2, 3, 4, 5];

    private static readonly ImageSourceOptions Quick = new() { Retries = 2, Timeout = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task Folder_ImagesInSubfolders_AreListedAndOpened()
    {
        using TemporaryFolder folder = new();
        string[] names = ["a.jpg", "sub/b.PNG", "sub/deep/ünï code.webp"];
        foreach (string name in names.Append("notes.txt").Append(".hidden.jpg").Append("sub/lost+found/d.jpg"))
        {
            File.WriteAllText(folder[name.Split("/")], name);
        }

        using ImageSources sources = new();
        IImageSource source = sources.Open(ImageSourceDescription.Parse(folder.FullPath));

        string[] listed = await source.ListAsync().ToArrayAsync();

        listed.Order(StringComparer.Ordinal).Should().Equal(names);
        foreach (string name in names)
        {
            (await ReadAsync(source, name)).Should().Equal(System.Text.Encoding.UTF8.GetBytes(name));
        }

        await FluentActions.Awaiting(() => ReadAsync(source, "gone.jpg")).Should().ThrowAsync<FileNotFoundException>();
        sources.Open(ImageSourceDescription.Parse(folder.FullPath)).Should().BeSameAs(source);
    }

    [Fact]
    public async Task Folder_NotMounted_IsAnErrorOfTheSource()
    {
        using TemporaryFolder folder = new();
        using ImageSources sources = new();
        IImageSource source = sources.Open(new ImageSourceDescription("folder", Path.Combine(folder.FullPath, "gone")));

        await FluentActions.Awaiting(() => source.ListAsync().ToArrayAsync().AsTask()).Should().ThrowAsync<ImageSourceException>();
        await FluentActions.Awaiting(() => ReadAsync(source, "a.jpg")).Should().ThrowAsync<ImageSourceException>();
    }

    [LinuxFact]
    [SupportedOSPlatform("linux")]
    public void Folder_ThatCannotBeRead_IsAnErrorOfTheSource()
    {
        const int Nobody = 65534;
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        using TemporaryFolder folder = new();
        folder.Write("a.jpg", "a");
        string secret = Path.GetDirectoryName(folder["secret", "b.jpg"])!;
        File.SetUnixFileMode(secret, UnixFileMode.None);
        using ImageSources sources = new();
        string[] roots = [folder.FullPath, secret];
        Exception?[] errors = new Exception?[roots.Length];

        // Root may read everything. Only this thread becomes another user.
        Thread thread = new(() =>
        {
            int user = SetFileUser(Nobody);
            for (int i = 0; i < roots.Length; i++)
            {
                IImageSource source = sources.Open(ImageSourceDescription.Parse(roots[i]));
                errors[i] = Record.Exception(() => source.ListAsync().ToBlockingEnumerable().ToArray());
            }

            _ = SetFileUser(user);
        });
        thread.Start();
        thread.Join();
        File.SetUnixFileMode(secret, Owner);

        foreach (Exception? error in errors)
        {
            error.Should().BeOfType<ImageSourceException>().Which.Message.Should().Contain(folder.FullPath).And.Contain("secret");
        }
    }

    [LinuxFact]
    public async Task Folder_NamedPipe_IsAnErrorOfTheImage()
    {
        using TemporaryFolder folder = new();
        NamedPipe.Create(folder["pipe.jpg"]);
        using ImageSources sources = new();

        await FluentActions.Awaiting(() => ReadAsync(sources.Open(new("folder", folder.FullPath)), "pipe.jpg"))
            .Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task List_PathsAndAddresses_AreRelativeToTheList()
    {
        await using TestServer server = await TestServer.StartAsync((context, _) => context.Response.Body.WriteAsync(Image).AsTask());
        using TemporaryFolder folder = new();
        string absolute = folder.Write("other.png", "absolute");
        folder.Write("near.png", "near");
        string list = folder.Write("list.txt", $"near.png\r\n\n   \n{absolute}\n{server.Address}/far.jpg");
        using ImageSources sources = new();
        IImageSource source = sources.Open(ImageSourceDescription.Parse(list));

        string[] names = await source.ListAsync().ToArrayAsync();

        names.Should().Equal("near.png", absolute, $"{server.Address}/far.jpg");
        (await ReadAsync(source, names[0])).Should().Equal("near"u8.ToArray());
        (await ReadAsync(source, names[1])).Should().Equal("absolute"u8.ToArray());
        (await ReadAsync(source, names[2])).Should().Equal(Image);
        IImageSource missing = sources.Open(new ImageSourceDescription("list", Path.Combine(folder.FullPath, "gone.txt")));
        await FluentActions.Awaiting(() => missing.ListAsync().ToArrayAsync().AsTask()).Should().ThrowAsync<ImageSourceException>();
    }

    [Fact]
    public async Task List_AtAnAddress_ResolvesNamesAgainstIt()
    {
        await using TestServer server = await TestServer.StartAsync((context, _) => context.Request.Path == "/lists/all.txt"
            ? context.Response.WriteAsync("a.jpg\n../b.jpg\n")
            : context.Response.WriteAsync(context.Request.Path));
        using ImageSources sources = new();
        IImageSource source = sources.Open(ImageSourceDescription.Parse($"{server.Address}/lists/all.txt"));

        (await source.ListAsync().ToArrayAsync()).Should().Equal("a.jpg", "../b.jpg");
        (await ReadAsync(source, "a.jpg")).Should().Equal("/lists/a.jpg"u8.ToArray());
        (await ReadAsync(source, "../b.jpg")).Should().Equal("/b.jpg"u8.ToArray());

        // A list from a network can't name files of this machine.
        (await ReadAsync(source, "/etc/hostname")).Should().Equal("/etc/hostname"u8.ToArray());
    }

    [Theory]
    [InlineData("cat.PNG", "a.png\n")]
    [InlineData("nul.txt", "a.png\nb\0.png\n")]
    [InlineData("latin.txt", "a.png\n\u00e9.png\n")]
    public async Task List_FileThatIsNoList_IsAnErrorOfTheSource(string name, string content)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(content);
        await using TestServer server = await TestServer.StartAsync((context, _) => context.Response.Body.WriteAsync(bytes).AsTask());
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder[name], bytes);
        using ImageSources sources = new();
        foreach (string location in new[] { folder[name], $"{server.Address}/{name}?version=1" })
        {
            IImageSource source = sources.Open(ImageSourceDescription.Parse(location));

            (await FluentActions.Awaiting(() => source.ListAsync().ToArrayAsync().AsTask()).Should().ThrowAsync<ImageSourceException>())
                .Which.Message.Should().Contain(location).And.Contain("not a list").And.Contain("folder");
        }
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-8", false)]
    [InlineData("utf-16", true)]
    public async Task List_TextWithOrWithoutAByteOrderMark_IsRead(string name, bool hasMark)
    {
        System.Text.Encoding encoding = System.Text.Encoding.GetEncoding(name);
        using TemporaryFolder folder = new();
        byte[] mark = hasMark ? encoding.GetPreamble() : [];
        File.WriteAllBytes(folder["list.txt"], [.. mark, .. encoding.GetBytes("ünï.png\nb.png")]);
        using ImageSources sources = new();

        (await sources.Open(ImageSourceDescription.Parse(folder["list.txt"])).ListAsync().ToArrayAsync())
            .Should().Equal("ünï.png", "b.png");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_ServerThatStalls_IsAnErrorOfTheSource(bool hasHeaders)
    {
        await using TestServer server = await TestServer.StartAsync(async (context, _) =>
        {
            if (hasHeaders)
            {
                await context.Response.WriteAsync("a.jpg\nb.j");
                await context.Response.Body.FlushAsync();
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using ImageSources sources = new(new ImageSourceOptions { Retries = 0, Timeout = TimeSpan.FromSeconds(2) });
        IImageSource source = sources.Open(ImageSourceDescription.Parse($"{server.Address}/list.txt"));
        List<string> names = [];

        (await FluentActions.Awaiting(async () =>
        {
            await foreach (string name in source.ListAsync())
            {
                names.Add(name);
            }
        }).Should().ThrowAsync<ImageSourceException>()).Which.InnerException.Should().BeOfType<TimeoutException>();

        names.Should().Equal(hasHeaders ? ["a.jpg"] : []);
    }

    [Fact]
    public async Task List_LineThatIsTooLong_IsAnErrorOfTheSource()
    {
        const int Limit = ListSource.MaxLineLength;
        await using TestServer server = await TestServer.StartAsync(async (context, _) =>
        {
            await context.Response.WriteAsync("a.jpg\r\n\r\n");
            byte[] endless = new byte[10_000];
            endless.AsSpan().Fill((byte)'b');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(endless);
            }
        });
        using TemporaryFolder folder = new();
        string longest = folder.Write("longest.txt", $"a.jpg\n\n{new string('b', Limit)}");
        string tooLong = folder.Write("long.txt", $"a.jpg\n\n{new string('b', Limit + 1)}\nc.jpg");
        using ImageSources sources = new();

        (await sources.Open(ImageSourceDescription.Parse(longest)).ListAsync().ToArrayAsync())
            .Should().Equal("a.jpg", new string('b', Limit));
        foreach (string location in new[] { tooLong, $"{server.Address}/endless.txt" })
        {
            List<string> names = [];
            (await FluentActions.Awaiting(async () =>
            {
                await foreach (string name in sources.Open(ImageSourceDescription.Parse(location)).ListAsync())
                {
                    names.Add(name);
                }
            }).Should().ThrowAsync<ImageSourceException>())
                .Which.Message.Should().StartWith(
                    $"'{location}' is not a list of images: line 3 has more than 65536 characters. A list is a text file");
            names.Should().Equal("a.jpg");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5000)]
    public async Task Lines_OfAnyLineBreaks_AreThoseOfATextReader(int chunk)
    {
        string[] parts = ["a", "\r\n", "\n", "\r", "", "ü b.png", new string('c', 2000)];
        Random random = new(3);
        string text = string.Concat(Enumerable.Range(0, 400).Select(_ => parts[random.Next(parts.Length)]));
        using StringReader expected = new(text);
        using DripStream bytes = new(System.Text.Encoding.UTF8.GetBytes(text), chunk);
        using StreamReader reader = new(bytes);
        LineReader lines = new(reader, text.Length);

        string? line;
        do
        {
            line = await lines.ReadAsync(default);
            line.Should().Be(expected.ReadLine());
        }
        while (line is not null);
    }

    [Fact]
    public async Task List_ConnectionBreaksInTheBody_IsAnErrorOfTheSource()
    {
        await using TestServer server = await TestServer.StartAsync(async (context, _) =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("a.jpg\n");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using ImageSources sources = new(Quick);
        IImageSource source = sources.Open(ImageSourceDescription.Parse($"{server.Address}/list.txt"));

        await FluentActions.Awaiting(() => source.ListAsync().ToArrayAsync().AsTask()).Should().ThrowAsync<ImageSourceException>();
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Http_TransientStatus_IsRepeated(int status)
    {
        await using TestServer server = await TestServer.StartAsync((context, number) =>
        {
            context.Response.StatusCode = number < 3 ? status : 200;
            context.Response.Headers.RetryAfter = "0";
            return context.Response.Body.WriteAsync(Image).AsTask();
        });

        (await ReadAddressAsync(Quick, $"{server.Address}/a.jpg")).Should().Equal(Image);
        server.Requests.Should().HaveCount(3);
    }

    [Theory]
    [InlineData(404, 1)]
    [InlineData(403, 1)]
    [InlineData(503, 3)]
    public async Task Http_StatusThatStays_IsTheErrorOfTheImage(int status, int requests)
    {
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "0";
            return Task.CompletedTask;
        });

        (await FluentActions.Awaiting(() => ReadAddressAsync(Quick, $"{server.Address}/a.jpg")).Should().ThrowAsync<IOException>())
            .Which.Message.Should().Contain($"HTTP {status}");
        server.Requests.Should().HaveCount(requests);
    }

    [Fact]
    public async Task Http_ConnectionBreaksInTheBody_IsRepeated()
    {
        await using TestServer server = await TestServer.StartAsync(async (context, number) =>
        {
            context.Response.ContentLength = Image.Length;
            await context.Response.Body.WriteAsync(number == 1 ? Image.AsMemory(0, 2) : Image);
            await context.Response.Body.FlushAsync();
            if (number == 1)
            {
                context.Abort();
            }
        });

        (await ReadAddressAsync(Quick, $"{server.Address}/a.jpg")).Should().Equal(Image);
        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task Http_NoAnswer_TimesOut()
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        ImageSourceOptions options = new() { Retries = 1, Timeout = TimeSpan.FromSeconds(2) };

        await FluentActions.Awaiting(() => ReadAddressAsync(options, $"{server.Address}/a.jpg")).Should().ThrowAsync<TimeoutException>();
        server.Requests.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Http_MoreBytesThanTheLimit_IsNotRead(bool isAnnounced)
    {
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            context.Response.ContentLength = isAnnounced ? 1001 : null;
            return context.Response.Body.WriteAsync(new byte[1001]).AsTask();
        });

        (await FluentActions.Awaiting(() => ReadAddressAsync(Quick with { MaxBytes = 1000 }, $"{server.Address}/a.jpg"))
            .Should().ThrowAsync<IOException>()).Which.Message.Should().Contain("1000");
        (await ReadAddressAsync(Quick with { MaxBytes = 1001 }, $"{server.Address}/a.jpg")).Should().HaveCount(1001);
        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task Http_RedirectToAPrivateHost_IsRefusedUnlessAllowed()
    {
        await using TestServer target = await TestServer.StartAsync((context, _) => context.Response.Body.WriteAsync(Image).AsTask());
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            string location = target.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
            context.Response.Redirect(context.Request.Path == "/same" ? "/end" : $"{location}/a.jpg");
            if (context.Request.Path == "/end")
            {
                context.Response.StatusCode = 200;
                return context.Response.Body.WriteAsync(Image).AsTask();
            }

            return Task.CompletedTask;
        });

        (await FluentActions.Awaiting(() => ReadAddressAsync(Quick, $"{server.Address}/other")).Should().ThrowAsync<IOException>())
            .Which.Message.Should().Be(
                "The server redirects to 'localhost', which is in a private network. "
                + "If that is wanted, set ImageSourceOptions.AllowPrivateRedirects.");
        target.Requests.Should().BeEmpty();
        server.Requests.Should().HaveCount(1);
        (await ReadAddressAsync(Quick with { AllowPrivateRedirects = true }, $"{server.Address}/other")).Should().Equal(Image);
        (await ReadAddressAsync(Quick, $"{server.Address}/same")).Should().Equal(Image);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Http_RedirectToAPrivateHostWithOpenConnections_IsRefused(bool isDirectFirst)
    {
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            if (context.Request.Path == "/private")
            {
                context.Response.Redirect($"http://127.0.0.1:{context.Request.Host.Port}/cat");
                return Task.CompletedTask;
            }

            return context.Response.Body.WriteAsync(Image).AsTask();
        });
        using ImageSources sources = new(Quick);
        IImageSource source = sources.Open(new ImageSourceDescription("list", "/list.txt"));
        string redirect = server.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/private";
        for (int i = 0; i < 4; i++)
        {
            if (i % 2 == 0 == isDirectFirst)
            {
                (await ReadAsync(source, $"{server.Address}/cat")).Should().Equal(Image);
            }
            else
            {
                (await FluentActions.Awaiting(() => ReadAsync(source, redirect)).Should().ThrowAsync<IOException>())
                    .Which.Message.Should().Contain("private").And.NotEndWith(")");
            }
        }

        server.Requests.Select(r => r.Path).Order().Should().Equal("/cat", "/cat", "/private", "/private");
    }

    [Fact]
    public async Task Http_EndlessRedirects_End()
    {
        await using TestServer server = await TestServer.StartAsync((context, number) =>
        {
            context.Response.Redirect($"/{number}");
            return Task.CompletedTask;
        });

        await FluentActions.Awaiting(() => ReadAddressAsync(Quick, $"{server.Address}/a.jpg")).Should().ThrowAsync<IOException>();
        server.Requests.Should().HaveCount(6);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.0.1", true)]
    [InlineData("192.168.1.1", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("93.184.216.34", false)]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946", false)]
    public void PrivateNetwork_Address_IsRecognized(string address, bool isPrivate)
        => PrivateNetwork.Contains(System.Net.IPAddress.Parse(address)).Should().Be(isPrivate);

    [Fact]
    public async Task Custom_Kind_IsOpenedByTheFunction()
    {
        using TemporaryFolder folder = new();
        folder.Write("a.png", "custom");
        using ImageSources sources = new(new ImageSourceOptions
        {
            Custom = d => d.Kind == "mine" ? new FolderSource(Path.Combine(folder.FullPath, d.Location)) : null,
        });

        (await ReadAsync(sources.Open(new ImageSourceDescription("mine", ".")), "a.png")).Should().Equal("custom"u8.ToArray());
        FluentActions.Invoking(() => sources.Open(new ImageSourceDescription("other", "."))).Should().Throw<ImageSourceException>();
    }

    [Fact]
    public void Parse_Text_FindsTheKind()
    {
        using TemporaryFolder folder = new();
        string list = folder.Write("list.txt", "a");

        ImageSourceDescription.Parse("s3://bucket/a/b").Should().Be(new ImageSourceDescription("s3", "bucket/a/b"));
        ImageSourceDescription.Parse("https://host/list").Should().Be(new ImageSourceDescription("list", "https://host/list"));
        ImageSourceDescription.Parse(list).Should().Be(new ImageSourceDescription("list", list));
        ImageSourceDescription.Parse(folder.FullPath).Should().Be(new ImageSourceDescription("folder", folder.FullPath));
        FluentActions.Invoking(() => ImageSourceDescription.Parse("s3:///key")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ImageSourceDescription.Parse(folder["gone"])).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void FailureReason_WrappedError_IsTheMessageThatSaysSomething()
    {
        IOException cause = new("The certificate has expired.");

        FailureReason.Of(new HttpRequestException("The SSL connection could not be established, see inner exception.", cause))
            .Should().Be("The certificate has expired.");
        FailureReason.Of(new HttpRequestException("An error occurred while sending the request.", cause))
            .Should().Be("The certificate has expired.");
        FailureReason.Of(new TimeoutException("No answer.", cause)).Should().Be("No answer.");
        FailureReason.Of(new ImageDecodeException(ImageDecodeFailure.Corrupt, "damaged", "/data/a.png")).Should().Be("damaged");
    }

    [Fact]
    public void FailureReason_ControlCharacters_AreReplaced()
    {
        using TemporaryFolder folder = new();
        const string Name = "a\u001b[31m\r\n\u009b\u0007.png";
        string path = Path.Combine(folder.FullPath, Name);
        IOException error = new($"No '{path}'.\n");

        FailureReason.Of(error).Should().Be($"No '{folder.FullPath}{Path.DirectorySeparatorChar}a?[31m????.png'.");
        FailureReason.Of(error, new("folder", folder.FullPath), Name).Should().Be("No 'a?[31m????.png'.");
        FailureReason.Of(error, new("s3", "bucket"), Name).Should().Be(FailureReason.Of(error));
        FailureReason.Of(new ImageDecodeException(ImageDecodeFailure.Corrupt, "bad\tchunk", path)).Should().Be("bad?chunk");
    }

    [Theory]
    [InlineData("folder", "", "a.png", "a.png")]
    [InlineData("folder", "", "sub/a.png", "sub/a.png")]
    [InlineData("list", "list.txt", "sub/../a.png", "sub/../a.png")]
    [InlineData("list", "list.txt", "../a.png", "../a.png")]
    public void FailureReason_PathRelativeToItsSource_StaysRelative(string kind, string location, string name, string expected)
    {
        using TemporaryFolder folder = new();
        ImageSourceDescription source = new(kind, Path.Combine(folder.FullPath, location));
        string path = Path.Combine(folder.FullPath, name);

        FailureReason.Of(new IOException($"No '{path}'."), source, name).Should().Be($"No '{expected}'.");
        FailureReason.Of(new IOException($"No '{Path.GetFullPath(path)}'."), source, name).Should().Be($"No '{expected}'.");
        FailureReason.Of(new IOException($"No '{path}'."), source, path).Should().Be($"No '{path}'.");
    }

    internal static async Task<byte[]> ReadAsync(IImageSource source, string name)
    {
        await using Stream stream = await source.OpenAsync(name);
        using MemoryStream memory = new();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(int user);

    private static async Task<byte[]> ReadAddressAsync(ImageSourceOptions options, string address)
    {
        using ImageSources sources = new(options);
        return await ReadAsync(sources.Open(new ImageSourceDescription("list", "/list.txt")), address);
    }
}
