using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using SkiaSharp;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace ResNet.Net.Page.Tests;

/// <summary>Models in the browser against the server, from the file of an image to probabilities and activation maps.</summary>
[Collection(BrowserGroup.Name)]
public sealed class ModelTests(Browser browser, ITestOutputHelper output)
{
    private const double Tolerance = 1e-3;

    // Chromium converts the colors of CMYK files differently.
    private const double CmykTolerance = 0.02;

    // Chromium does not look for the orientation where the server finds it: behind the pixels, in XMP, or in a text chunk of ImageMagick.
    private static readonly string[] UnseenOrientations =
    [
        "png-exif-6-late.png",
        "png-raw-app1-6.png",
        "png-raw-exif-6.png",
        "png-xmp-6-compressed.png",
        "png-xmp-6.png",
    ];

    private const string Script = """
        async bytes => {
            const { classifyInBrowser, classifyOnServer, getModels } = await import('/js/api.js');
            const [model] = await getModels();
            const file = new Blob([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))]);
            const local = await classifyInBrowser(file, model, { top: 10 });
            const remote = await classifyOnServer(file, model, { top: 10, explain: local.predictions[0].classIndex });
            const of = (result, c) => result.predictions.find(p => p.classIndex === c).probability;
            const map = local.maps[0].values;
            return JSON.stringify({
                difference: Math.max(...model.labels.map((_, c) => Math.abs(of(local, c) - of(remote, c)))),
                map: Math.max(...map.map((v, i) => Math.abs(v - remote.maps[0].values[i]))),
                mapRange: Math.max(...map) - Math.min(...map),
                threads: local.threads,
            });
        }
        """;

    [BrowserFact(NeedsRuntime = true)]
    public async Task PngFiles_InTheBrowser_HaveTheProbabilitiesAndMapsOfTheServer()
    {
        string[] files =
        [
            .. TestFolders.SampleImagePaths,
            .. Directory.GetFiles(ImageFiles.Fixture(""), "png-*.png").Order(StringComparer.Ordinal),
        ];
        await using Tab tab = await browser.OpenAsync();

        foreach (string file in files.Where(f => !UnseenOrientations.Contains(Path.GetFileName(f))))
        {
            JsonElement result = await CompareAsync(tab, Path.GetFileName(file), await File.ReadAllBytesAsync(file));

            result.GetProperty("difference").GetDouble().Should().BeLessThan(Tolerance, file);
            result.GetProperty("map").GetDouble().Should().BeLessThan(
                0.01 * Math.Max(1, result.GetProperty("mapRange").GetDouble()), file);
        }

        tab.ShouldHaveNoErrors();
    }

    [BrowserFact(NeedsRuntime = true)]
    public async Task JpegFiles_InTheBrowser_HaveTheProbabilitiesOfTheServer()
    {
        await using Tab tab = await browser.OpenAsync();
        List<(string Name, byte[] Content)> files = [("photo.jpg", LargeJpeg())];
        foreach (string file in Directory.GetFiles(ImageFiles.Fixture(""), "jpeg-*.jpg").Order(StringComparer.Ordinal))
        {
            files.Add((Path.GetFileName(file), await File.ReadAllBytesAsync(file)));
        }

        foreach ((string name, byte[] content) in files)
        {
            JsonElement result = await CompareAsync(tab, name, content);

            double tolerance = name is "jpeg-cmyk.jpg" or "jpeg-ycck.jpg" ? CmykTolerance : Tolerance;
            result.GetProperty("difference").GetDouble().Should().BeLessThan(tolerance, name);
        }

        tab.ShouldHaveNoErrors();
    }

    /// <summary>Returns a JPEG file with the size of a camera's.</summary>
    private static byte[] LargeJpeg()
    {
        using SKBitmap small = SKBitmap.Decode(ImageFiles.Sample("deer"));
        using SKBitmap large = small.Resize(new SKImageInfo(4000, 3000), new SKSamplingOptions(SKCubicResampler.Mitchell));
        using SKData encoded = large.Encode(SKEncodedImageFormat.Jpeg, 85);
        return encoded.ToArray();
    }

    [BrowserFact(NeedsRuntime = true)]
    public async Task Page_IsIsolated_SoThatModelsUseThreads()
    {
        await using Tab tab = await browser.OpenAsync();

        JsonElement result = await CompareAsync(tab, "cat.png", await File.ReadAllBytesAsync(ImageFiles.Sample("cat")));

        (await tab.Page.EvaluateAsync<bool>("() => crossOriginIsolated")).Should().BeTrue();
        int cores = await tab.Page.EvaluateAsync<int>("() => navigator.hardwareConcurrency");
        result.GetProperty("threads").GetInt32().Should().Be(Math.Min(cores, 4));
    }

    [BrowserFact(NeedsRuntime = true)]
    public async Task Mode_Browser_ClassifiesWithoutTheServer_AndShowsMaps()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.Page.GetByText("This browser", new() { Exact = true }).ClickAsync();
        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        await tab.UntilDoneAsync(1);
        await tab.Page.Context.SetOfflineAsync(true);

        await tab.ChooseAsync(ImageFiles.Sample("ship"), ImageFiles.Fixture("bad-text.jpg"));
        await tab.UntilDoneAsync(3);

        await Assertions.Expect(tab.Results.First.Locator(".label").First).ToHaveTextAsync("ship");
        await Assertions.Expect(tab.Results.First.Locator(".timings")).ToContainTextAsync("browser");
        await Assertions.Expect(tab.Failures).ToContainTextAsync("The browser cannot decode this file");
        await tab.Results.First.Locator("button.class").Nth(1).ClickAsync();
        await Assertions.Expect(tab.Cards.First.Locator("canvas.map")).ToBeVisibleAsync();
        tab.ShouldHaveNoErrors();
    }

    [BrowserFact(NeedsRuntime = true)]
    public async Task Mode_Browser_ABadFile_OffersNoRetry()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.Page.CheckAsync("input[value=browser]", new() { Force = true });

        await tab.ChooseAsync(ImageFiles.Fixture("bad-text.jpg"));
        await tab.UntilDoneAsync(1);

        await Expect(tab.Failures.Locator("p")).ToHaveTextAsync("The browser cannot decode this file as an image.");
        await Expect(tab.Cards.Locator(".retry")).ToBeHiddenAsync();
    }

    [BrowserTheory(NeedsRuntime = true)]
    [InlineData("**/js/worker.js", "The server cannot be reached.")]
    [InlineData("**/model.onnx", "The model cannot be downloaded. The server cannot be reached.")]
    public async Task Mode_Browser_ServerUnreachable_SaysSo_AndARetrySucceeds(string address, string message)
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.Page.Context.RouteAsync(address, route => route.AbortAsync());
        await tab.Page.CheckAsync("input[value=browser]", new() { Force = true });
        await tab.ChooseAsync(ImageFiles.Sample("cat"));

        await Expect(tab.Failures.Locator("p")).ToHaveTextAsync(message);
        await tab.Page.Context.UnrouteAsync(address);
        await tab.Page.ClickAsync(".retry");
        await tab.UntilDoneAsync(1);

        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("cat");
    }

    [BrowserFact(NeedsRuntime = true)]
    public async Task Mode_Changed_ClassifiesAllImagesAgain()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.ChooseAsync(ImageFiles.Sample("cat"), ImageFiles.Sample("frog"));
        await tab.UntilDoneAsync(2);
        string[] before = [.. await tab.Page.Locator(".value").AllTextContentsAsync()];

        await tab.Page.GetByText("This browser", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".timings").GetByText("browser")).ToHaveCountAsync(2);
        await tab.UntilDoneAsync(2);

        (await tab.Page.Locator(".value").AllTextContentsAsync()).Should().Equal(before);
    }

    [BrowserTheory]
    [InlineData(false, "does not offer its models for download")]
    [InlineData(true, "The page does not implement the model's interpolation, OpenCvBilinear.")]
    public async Task Mode_Unavailable_SaysWhy(bool allowed, string reason)
    {
        await using PageServer server = await PageServer.StartAsync(
            options => options.AllowModelDownload = allowed,
            models => models.AddModel("cifar10", (_, token) => ResNetClassifier.CreateAsync(
                ResNetVariant.Cifar10ResNet20,
                new ResNetClassifierOptions
                {
                    Profile = PreprocessingProfile.Cifar10 with { Interpolation = Interpolation.OpenCvBilinear },
                },
                cancellationToken: token)));
        await using Tab tab = await browser.OpenAsync(server);

        await Assertions.Expect(tab.Page.Locator("input[value=browser]")).ToBeDisabledAsync();
        await Assertions.Expect(tab.Page.Locator("#mode-note")).ToContainTextAsync(
            allowed && Requirements.FindMissing(needsRuntime: true) is not null ? "without ONNX Runtime for browsers" : reason);
    }

    private async Task<JsonElement> CompareAsync(Tab tab, string name, byte[] content)
    {
        string text = await tab.Page.EvaluateAsync<string>(Script, Convert.ToBase64String(content));
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement result = document.RootElement.Clone();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {result.GetProperty("difference").GetDouble():E1}, map {result.GetProperty("map").GetDouble():E1}"));
        return result;
    }
}
