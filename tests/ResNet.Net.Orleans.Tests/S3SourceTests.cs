using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Orleans.Tests;

/// <summary>The source against a server that answers as S3-compatible services do.</summary>
public sealed class S3SourceTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 25).Select(i => $"photos/{i % 3}/ünï {i}.jpg"), "photos/readme.txt"];

    [Fact]
    public async Task List_SeveralPages_ReturnsTheKeysOfImages()
    {
        await using TestServer server = await StartAsync();
        using IAmazonS3 client = ClientOf(server);
        using ImageSources sources = new(new ImageSourceOptions { S3Client = client });

        string[] keys = await sources.Open(ImageSourceDescription.Parse("s3://bucket/photos/")).ListAsync().ToArrayAsync();

        keys.Should().Equal(Keys[..^1]);
        server.Requests.Should().HaveCount(3).And.OnlyContain(r => r.Authorization!.StartsWith("AWS4-HMAC-SHA256 Credential=key/"));
    }

    [Fact]
    public async Task Open_Key_ReturnsTheObject()
    {
        await using TestServer server = await StartAsync();
        using IAmazonS3 client = ClientOf(server);
        using ImageSources sources = new(new ImageSourceOptions { S3Client = client });
        IImageSource source = sources.Open(ImageSourceDescription.Parse("s3://bucket/photos/"));

        (await ImageSourceTests.ReadAsync(source, Keys[4])).Should().Equal(Encoding.UTF8.GetBytes(Keys[4]));

        await FluentActions.Awaiting(() => ImageSourceTests.ReadAsync(source, "photos/gone.jpg"))
            .Should().ThrowAsync<FileNotFoundException>();
        await FluentActions.Awaiting(() => ImageSourceTests.ReadAsync(source, "photos/denied.jpg"))
            .Should().ThrowAsync<UnauthorizedAccessException>();
    }

    [Fact]
    public async Task Open_ObjectLargerThanTheLimit_IsTheErrorOfTheImage()
    {
        await using TestServer server = await StartAsync();
        using IAmazonS3 client = ClientOf(server);
        using ImageSources sources = new(new ImageSourceOptions { S3Client = client, MaxBytes = 3 });

        await FluentActions.Awaiting(() => ImageSourceTests.ReadAsync(sources.Open(new("s3", "bucket/photos/")), Keys[0]))
            .Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task OpenAndList_BucketOrServerThatIsMissing_IsAnErrorOfTheSource()
    {
        await using TestServer server = await StartAsync();
        using IAmazonS3 client = ClientOf(server);
        using ImageSources sources = new(new ImageSourceOptions { S3Client = client });
        IImageSource missing = sources.Open(ImageSourceDescription.Parse("s3://missing/photos/"));

        await FluentActions.Awaiting(() => missing.ListAsync().ToArrayAsync().AsTask()).Should().ThrowAsync<ImageSourceException>();
        await FluentActions.Awaiting(() => ImageSourceTests.ReadAsync(missing, "a.jpg")).Should().ThrowAsync<ImageSourceException>();

        IImageSource source = sources.Open(ImageSourceDescription.Parse("s3://bucket/photos/"));
        await server.DisposeAsync();
        await FluentActions.Awaiting(() => ImageSourceTests.ReadAsync(source, "a.jpg")).Should().ThrowAsync<ImageSourceException>();
    }

    internal static AmazonS3Client ClientOf(TestServer server) => new(
        new BasicAWSCredentials("key", "secret"),
        new AmazonS3Config
        {
            ServiceURL = server.Address,
            ForcePathStyle = true,
            MaxErrorRetry = 1,
            AuthenticationRegion = "us-east-1",
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });

    private static Task<TestServer> StartAsync() => TestServer.StartAsync((context, _) =>
    {
        string path = context.Request.Path.Value!;
        return path.TrimEnd('/') == "/bucket" ? ListAsync(context)
            : path.StartsWith("/missing", StringComparison.Ordinal) ? FailAsync(context, 404, "NoSuchBucket")
            : path.EndsWith("denied.jpg", StringComparison.Ordinal) ? FailAsync(context, 403, "AccessDenied")
            : Keys.Contains(path["/bucket/".Length..]) ? context.Response.WriteAsync(path["/bucket/".Length..])
            : FailAsync(context, 404, "NoSuchKey");
    });

    internal static Task FailAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>");
    }

    private static Task ListAsync(HttpContext context)
    {
        const int Page = 10;
        int first = context.Request.Query.TryGetValue("continuation-token", out var token) ? int.Parse(token!) : 0;
        string prefix = context.Request.Query["prefix"].ToString();
        string[] keys = [.. Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal))];
        bool isTruncated = first + Page < keys.Length;
        string contents = string.Concat(keys.Skip(first).Take(Page).Select(k => $"<Contents><Key>{k}</Key><Size>5</Size></Contents>"));
        string next = isTruncated ? $"<NextContinuationToken>{first + Page}</NextContinuationToken>" : "";
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(
            "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name>"
            + $"<IsTruncated>{(isTruncated ? "true" : "false")}</IsTruncated>{contents}{next}</ListBucketResult>");
    }
}
