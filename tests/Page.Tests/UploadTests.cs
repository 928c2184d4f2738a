using Microsoft.Playwright;
using SkiaSharp;
using static Microsoft.Playwright.Assertions;

namespace ResNet.Net.Page.Tests;

/// <summary>Images from all sources, and what the page shows of them.</summary>
[Collection(BrowserGroup.Name)]
public sealed class UploadTests(Browser browser)
{
    [BrowserFact]
    public async Task Image_Chosen_ShowsClassesCropAndTimings()
    {
        await using Tab tab = await browser.OpenAsync();

        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        await tab.UntilDoneAsync(1);

        await Expect(tab.Cards.Locator("h3")).ToHaveTextAsync("cat.png");
        await Expect(tab.Results.Locator(".class")).ToHaveCountAsync(5);
        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("cat");
        await Expect(tab.Results.Locator(".timing summary")).ToContainTextAsync("ms, server");
        await Expect(tab.Results.Locator(".timings")).ToBeHiddenAsync();
        await Expect(tab.Results.Locator(".timings")).ToContainTextAsync("Round trip");
        await Expect(tab.Page.Locator("#status")).ToContainTextAsync("cat.png: cat, ");
        string input = await tab.Results.Locator(".sees canvas").EvaluateAsync<string>("c => `${c.width}x${c.height}`");
        input.Should().Be("32x32");

        // The image has 500x375 pixels, and the model sees the square in its center: 43 columns of the 32 rows of the scaled image.
        double[] crop = await tab.Cards.Locator(".crop").EvaluateAsync<double[]>(
            "c => { const f = c.parentElement.getBoundingClientRect(), r = c.getBoundingClientRect();"
            + " return [(r.left - f.left) / f.width, (r.top - f.top) / f.height, r.width / f.width, r.height / f.height]; }");
        crop.Zip([5 / 43.0, 0, 32 / 43.0, 1], (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(0.01);
        tab.ShouldHaveNoErrors();
    }

    [BrowserFact]
    public async Task Class_Selected_ShowsItsActivationMap_AndHidesItAgain()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        await tab.UntilDoneAsync(1);
        ILocator map = tab.Cards.Locator("canvas.map");
        ILocator first = tab.Results.Locator("button.class").First;
        const string Center = "c => c.getContext('2d').getImageData(112, 80, 1, 1).data[3] / 255";

        await first.ClickAsync();
        await Expect(map).ToBeVisibleAsync();
        double face = await map.EvaluateAsync<double>(Center);
        await tab.Results.Locator("button.class").Nth(1).ClickAsync();
        await Expect(first).ToHaveAttributeAsync("aria-pressed", "false");
        await Expect(map).ToBeVisibleAsync();
        double other = await map.EvaluateAsync<double>(Center);
        await tab.Results.Locator("button.class").Nth(1).ClickAsync();

        await Expect(map).ToBeHiddenAsync();
        face.Should().BeGreaterThan(0.3, "the model recognizes a cat by its face");
        other.Should().NotBe(face);
        tab.ShouldHaveNoErrors();
    }

    [BrowserFact]
    public async Task Images_Several_KeepTheirOrder()
    {
        await using Tab tab = await browser.OpenAsync();
        string[] names = ["cat", "dog", "horse", "ship", "truck", "frog"];

        await tab.ChooseAsync([.. names.Select(ImageFiles.Sample)]);
        await tab.UntilDoneAsync(names.Length);

        (await tab.Cards.Locator("h3").AllTextContentsAsync()).Should().Equal(names.Select(n => $"{n}.png"));
        (await tab.Page.Locator(".classes li:first-child .label").AllTextContentsAsync()).Should().Equal(names);
        tab.ShouldHaveNoErrors();
    }

    [BrowserTheory]
    [InlineData("bad-text.jpg", "The server does not support this file format.")]
    [InlineData("bad-jpeg-truncated.jpg", "The image is damaged or incomplete.")]
    [InlineData("bad-png-huge.png", "The file or the image is too large for this server.")]
    [InlineData("bad-empty.jpg", "The image is damaged or incomplete.")]
    public async Task BadFile_SaysWhy_AndLosesNothing(string name, string message)
    {
        await using Tab tab = await browser.OpenAsync();

        await tab.ChooseAsync(ImageFiles.Sample("cat"), ImageFiles.Fixture(name), ImageFiles.Sample("ship"));
        await tab.UntilDoneAsync(3);

        await Expect(tab.Failures).ToHaveCountAsync(1);
        await Expect(tab.Failures.Locator("p")).ToContainTextAsync(message);
        await Expect(tab.Failures.Locator("button")).ToBeHiddenAsync(); // another attempt cannot succeed
        await Expect(tab.Results).ToHaveCountAsync(2);
        await Expect(tab.Cards.Nth(1).Locator("h3")).ToHaveTextAsync(name);
        tab.ShouldHaveNoErrors();
    }

    [BrowserFact]
    public async Task Image_TheServerCannotDisplayInTheBrowser_IsStillClassified()
    {
        await using Tab tab = await browser.OpenAsync();

        // As for formats that only the server reads: the browser gets another type than the bytes have.
        await tab.Page.RouteAsync("**/classify?**", route => route.ContinueAsync(
            new RouteContinueOptions { PostData = File.ReadAllBytes(ImageFiles.Sample("cat")) }));
        await tab.ChooseAsync(ImageFiles.Fixture("bad-text.jpg"));
        await tab.UntilDoneAsync(1);

        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("cat");
        await Expect(tab.Cards.Locator(".frame")).ToContainTextAsync("This browser cannot display the file.");
        await Expect(tab.Cards.Locator(".crop")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task Images_DroppedAndPasted_AreClassified()
    {
        await using Tab tab = await browser.OpenAsync();
        const string Script = """
            async ([kind, name]) => {
                const data = new DataTransfer();
                const blob = await (await fetch(`/samples/${name}.png`)).blob();
                data.items.add(new File([blob], `${name}.png`, { type: 'image/png' }));
                const event = kind === 'paste'
                    ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
                    : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
                document.body.dispatchEvent(event);
                return event.defaultPrevented;
            }
            """;

        bool dropped = await tab.Page.EvaluateAsync<bool>(Script, new[] { "drop", "dog" });
        bool pasted = await tab.Page.EvaluateAsync<bool>(Script, new[] { "paste", "horse" });
        await tab.UntilDoneAsync(2);

        dropped.Should().BeTrue();
        pasted.Should().BeTrue();
        (await tab.Cards.Locator("h3").AllTextContentsAsync()).Should().Equal("Pasted image 1", "dog.png");
        (await tab.Page.Locator(".classes li:first-child .label").AllTextContentsAsync()).Should().Equal("horse", "dog");
    }

    [BrowserFact]
    public async Task Folder_Dropped_SaysThatItCannotBeRead()
    {
        await using Tab tab = await browser.OpenAsync();
        using TemporaryFolder folder = new();
        ICDPSession input = await tab.Page.Context.NewCDPSessionAsync(tab.Page);
        foreach (string type in (string[])["dragEnter", "dragOver", "drop"])
        {
            await input.SendAsync("Input.dispatchDragEvent", new Dictionary<string, object>
            {
                ["type"] = type,
                ["x"] = 600,
                ["y"] = 300,
                ["data"] = new Dictionary<string, object>
                {
                    ["items"] = Array.Empty<object>(),
                    ["files"] = new[] { folder.FullPath, ImageFiles.Sample("cat") },
                    ["dragOperationsMask"] = 1,
                },
            });
        }

        await tab.UntilDoneAsync(2);

        await Expect(tab.Failures.Locator("p")).ToHaveTextAsync(
            "The file cannot be read. It may be a folder, or it was changed or deleted.");
        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("cat");
    }

    [BrowserFact]
    public async Task Image_OfExtremeShape_IsVisible()
    {
        await using Tab tab = await browser.OpenAsync();
        using TemporaryFolder folder = new();
        string path = folder["line.png"];
        using (SKBitmap bitmap = new(2000, 1))
        using (FileStream file = File.Create(path))
        {
            bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        }

        await tab.ChooseAsync(path);
        await tab.UntilDoneAsync(1);

        LocatorBoundingBoxResult box = (await tab.Cards.Locator(".frame").BoundingBoxAsync())!;
        box.Height.Should().BeGreaterThan(24);
    }

    [BrowserFact]
    public async Task Camera_TakesAPhoto_AndIsReleased()
    {
        await using Tab tab = await browser.OpenAsync();

        await tab.Page.ClickAsync("#use-camera");
        await Expect(tab.Page.Locator("#shoot")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await Expect(tab.Page.Locator("#shoot")).ToBeFocusedAsync();
        await tab.Page.ClickAsync("#shoot");
        await tab.UntilDoneAsync(1);

        await Expect(tab.Cards.Locator("h3")).ToHaveTextAsync("Photo 1");
        await Expect(tab.Results).ToHaveCountAsync(1);
        await Expect(tab.Page.Locator("#use-camera")).ToBeFocusedAsync();
        (await tab.Page.Locator("#video").EvaluateAsync<bool>("v => v.srcObject === null")).Should().BeTrue();
        tab.ShouldHaveNoErrors();
    }

    [BrowserFact]
    public async Task Model_Selected_ClassifiesAllImagesAgain()
    {
        await using PageServer server = await PageServer.StartAsync(models: models => models
            .AddModel("plain", ResNetVariant.Cifar10ResNet20Int8)
            .AddModel("maps", ResNetVariant.Cifar10ResNet20, settings => settings.ActivationMaps = true));
        await using Tab tab = await browser.OpenAsync(server);
        await tab.ChooseAsync(ImageFiles.Sample("cat"), ImageFiles.Sample("ship"));
        await tab.UntilDoneAsync(2);
        await Expect(tab.Page.Locator("button.class")).ToHaveCountAsync(0);

        await tab.Page.SelectOptionAsync("#model", "maps/1");

        await Expect(tab.Page.Locator("button.class")).ToHaveCountAsync(10, new() { Timeout = 60_000 });
        await Expect(tab.Page.Locator("#model-note")).ToContainTextAsync("with activation maps");
        tab.ShouldHaveNoErrors();
    }
}
