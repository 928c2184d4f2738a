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

    internal static async Task<byte[]> ReadAsync(IImageSource source, string name)
    {
        await using Stream stream = await source.OpenAsync(name);
        using MemoryStream memory = new();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(int user);
}
