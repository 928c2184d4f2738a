using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ResNet.Net.Page.Tests;

/// <summary>Slow, interrupted and rejected requests.</summary>
[Collection(BrowserGroup.Name)]
public sealed class NetworkTests(Browser browser)
{
    [BrowserFact]
    public async Task Upload_Slow_ShowsProgress_CanBeCanceled_AndRepeated()
    {
        await using Tab tab = await browser.OpenAsync();
        ICDPSession network = await tab.Page.Context.NewCDPSessionAsync(tab.Page);
        await ThrottleAsync(network, bytesPerSecond: 4_000);
        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        ILocator working = tab.Cards.Locator(".working");

        await Expect(working).ToContainTextAsync("Uploading");
        await tab.Page.WaitForFunctionAsync("() => document.querySelector('progress').value > 0.05");
        await tab.Page.ClickAsync(".cancel");
        await Expect(tab.Failures).ToContainTextAsync("Canceled. The image is still here.");
        await ThrottleAsync(network, bytesPerSecond: -1);
        await tab.Page.ClickAsync(".retry");
        await tab.UntilDoneAsync(1);

        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("cat");
        await Expect(tab.Failures).ToHaveCountAsync(0);
        tab.ShouldHaveNoErrors();
    }

    [BrowserFact]
    public async Task Connection_Lost_KeepsTheImage_AndARetrySucceeds()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.Page.Context.SetOfflineAsync(true);
        await tab.ChooseAsync(ImageFiles.Sample("dog"));

        await Expect(tab.Failures).ToContainTextAsync("You are offline.");
        await tab.Page.Context.SetOfflineAsync(false);
        await tab.Page.ClickAsync(".retry");
        await tab.UntilDoneAsync(1);

        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("dog");
    }

    [BrowserFact]
    public async Task Server_Busy_IsAskedAgain()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.Page.Clock.InstallAsync();
        int requests = 0;
        await tab.Page.RouteAsync("**/classify?**", route => Interlocked.Increment(ref requests) == 1
            ? route.FulfillAsync(new RouteFulfillOptions
            {
                Status = 429,
                ContentType = "application/problem+json",
                Headers = new Dictionary<string, string> { ["Retry-After"] = "30" },
                Body = """{ "status": 429, "detail": "The server is busy. Try again later." }""",
            })
            : route.ContinueAsync());

        await tab.ChooseAsync(ImageFiles.Sample("frog"));
        await Expect(tab.Cards.Locator(".working")).ToContainTextAsync("The server is busy. Trying again in 30 s");
        await tab.Page.Clock.FastForwardAsync(30_000);
        await tab.UntilDoneAsync(1);

        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("frog");
        requests.Should().Be(2);
    }

    [BrowserFact]
    public async Task Server_Busy_DoesNotHoldUpOtherImagesAfterCancel()
    {
        await using Tab tab = await browser.OpenAsync();

        // The clock stands still: the 30 seconds never pass.
        await tab.Page.Clock.InstallAsync();
        await tab.Page.Clock.PauseAtAsync(DateTime.UtcNow.AddHours(1));
        await tab.Page.RouteAsync("**/classify?**", route => route.FulfillAsync(new RouteFulfillOptions
        {
            Status = 429,
            ContentType = "application/problem+json",
            Headers = new Dictionary<string, string> { ["Retry-After"] = "30" },
            Body = """{ "status": 429, "detail": "The server is busy. Try again later." }""",
        }));
        await tab.ChooseAsync(ImageFiles.Sample("frog"), ImageFiles.Sample("dog"));
        await Expect(tab.Cards.Locator(".working").First).ToContainTextAsync("Trying again in 30 s");
        await Expect(tab.Cards.Locator(".working").Last).ToContainTextAsync("Trying again in 30 s");
        await tab.Page.UnrouteAsync("**/classify?**");

        await tab.Page.ClickAsync(".cancel >> nth=0");
        await tab.Page.ClickAsync("#clear");
        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        await tab.UntilDoneAsync(1);

        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("cat");
    }

    [BrowserFact]
    public async Task Sample_Unreachable_IsClassifiedByTheRetry()
    {
        await using Tab tab = await browser.OpenAsync();
        bool fails = true;
        await tab.Page.RouteAsync(
            "**/samples/cat.png",
            route => fails ? route.FulfillAsync(new RouteFulfillOptions { Status = 502, Body = "no" }) : route.ContinueAsync());

        await tab.Page.GetByLabel("Classify the sample cat").ClickAsync();
        await Expect(tab.Page.Locator("#problem")).ToContainTextAsync("The sample cannot be loaded.");
        await Expect(tab.Cards).ToHaveCountAsync(0);
        fails = false;
        await tab.Page.ClickAsync("#problem button");
        await tab.UntilDoneAsync(1);

        await Expect(tab.Page.Locator("#problem")).ToBeHiddenAsync();
        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("cat");
    }

    [BrowserFact]
    public async Task Answer_NotFromTheServer_IsAnErrorWithoutItsMarkup()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.Page.RouteAsync("**/classify?**", route => route.FulfillAsync(
            new RouteFulfillOptions { Status = 502, ContentType = "text/html", Body = "<h1>Bad Gateway</h1>" }));

        await tab.ChooseAsync(ImageFiles.Sample("frog"));

        await Expect(tab.Failures.Locator("p")).ToHaveTextAsync("The server failed (status 502).");
        tab.ShouldHaveNoErrors();
    }

    [BrowserFact]
    public async Task Names_WithMarkup_StayText()
    {
        await using Tab tab = await browser.OpenAsync();
        using TemporaryFolder folder = new();
        string path = folder["<img src=x onerror=alert(1)>.png"];
        File.Copy(ImageFiles.Sample("cat"), path);

        await tab.ChooseAsync(path);
        await tab.UntilDoneAsync(1);

        await Expect(tab.Cards.Locator("h3")).ToHaveTextAsync(Path.GetFileName(path));
        tab.ShouldHaveNoErrors();
    }

    [BrowserFact]
    public async Task ApiKey_Required_IsAskedFor()
    {
        const string Key = "0123456789abcdef";
        await using PageServer server = await PageServer.StartAsync(options => options.ApiKeys.Add(Key));
        await using Tab tab = await browser.OpenAsync(server, waitForModels: false);
        await Expect(tab.Page.Locator("#key")).ToBeFocusedAsync(new() { Timeout = 60_000 });

        await tab.Page.Keyboard.TypeAsync(Key);
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.Locator("#model")).ToBeEnabledAsync();
        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        await tab.UntilDoneAsync(1);

        await Expect(tab.Page.Locator("#key-form")).ToBeHiddenAsync();
        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("cat");
        await tab.Results.Locator("button.class").First.ClickAsync();
        await Expect(tab.Cards.Locator("canvas.map")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Models_Unreachable_OffersARetry()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.Page.RouteAsync("**/models", route => route.AbortAsync());
        await tab.Page.ReloadAsync();
        await Expect(tab.Page.Locator("#problem")).ToContainTextAsync("The server cannot be reached.");

        // An image that is added meanwhile waits for the models.
        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        await tab.Page.UnrouteAsync("**/models");
        await tab.Page.ClickAsync("#problem button");
        await tab.UntilDoneAsync(1);

        await Expect(tab.Page.Locator("#problem")).ToBeHiddenAsync();
        await Expect(tab.Results.Locator(".label").First).ToHaveTextAsync("cat");
    }

    private static async Task ThrottleAsync(ICDPSession session, int bytesPerSecond)
    {
        await session.SendAsync("Network.enable");
        await session.SendAsync("Network.emulateNetworkConditions", new Dictionary<string, object>
        {
            ["offline"] = false,
            ["latency"] = 0,
            ["downloadThroughput"] = -1,
            ["uploadThroughput"] = bytesPerSecond,
        });
    }
}
