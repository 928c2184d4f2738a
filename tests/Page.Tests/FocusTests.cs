using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ResNet.Net.Page.Tests;

/// <summary>Keyboard focus when the focused control disappears.</summary>
[Collection(BrowserGroup.Name)]
public sealed class FocusTests(Browser browser)
{
    [BrowserFact]
    public async Task Retry_MovesFocusToCancel_ThenToTheResult()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.Page.Context.SetOfflineAsync(true);
        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        await Expect(tab.Failures).ToBeVisibleAsync();
        await tab.Page.Context.SetOfflineAsync(false);
        TaskCompletionSource<IRoute> held = new();
        await tab.Page.RouteAsync("**/classify?**", held.SetResult);

        await tab.Page.FocusAsync(".retry");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Cards.Locator(".cancel")).ToBeFocusedAsync();
        await Expect(tab.Cards.Locator(".cancel")).ToHaveAttributeAsync("aria-label", "Cancel: cat.png");
        await (await held.Task).ContinueAsync();
        await tab.UntilDoneAsync(1);

        await Expect(tab.Results.Locator("button.class").First).ToBeFocusedAsync();
    }

    [BrowserFact]
    public async Task Cancel_MovesFocusToRetry()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.Page.RouteAsync("**/classify?**", _ => { });
        await tab.ChooseAsync(ImageFiles.Sample("cat"));

        await tab.Page.FocusAsync(".cancel");
        await tab.Page.Keyboard.PressAsync("Enter");

        await Expect(tab.Failures).ToContainTextAsync("Canceled.");
        await Expect(tab.Cards.Locator(".retry")).ToBeFocusedAsync();
    }

    [BrowserFact]
    public async Task Banner_OfAnUnreachableServer_KeepsFocusUntilItGoes()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.Page.RouteAsync("**/models", route => route.AbortAsync());
        await tab.Page.ReloadAsync();
        ILocator retry = tab.Page.Locator("#problem button");
        await Expect(retry).ToBeVisibleAsync();

        await retry.FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(retry).ToBeFocusedAsync();
        await tab.Page.UnrouteAsync("**/models");
        await tab.Page.Keyboard.PressAsync("Enter");

        await Expect(tab.Page.Locator("#problem")).ToBeHiddenAsync();
        await Expect(tab.Page.Locator("#choose")).ToBeFocusedAsync();
    }

    [BrowserFact]
    public async Task Key_Rejected_SaysSo_AndAcceptedMovesFocus()
    {
        const string Key = "0123456789abcdef";
        await using PageServer server = await PageServer.StartAsync(options => options.ApiKeys.Add(Key));
        await using Tab tab = await browser.OpenAsync(server, waitForModels: false);
        ILocator input = tab.Page.Locator("#key");
        ILocator error = tab.Page.Locator("#key-error");
        await Expect(input).ToBeFocusedAsync();
        await Expect(error).ToBeHiddenAsync();

        await SubmitAsync("another key");
        await Expect(error).ToHaveTextAsync("The server rejected the key.");
        await Expect(input).ToHaveAccessibleDescriptionAsync("The server rejected the key.");
        await SubmitAsync("\u043a\u043b\u044e\u0447");
        await Expect(error).ToHaveTextAsync("The key has a character that keys cannot have.");
        await Expect(input).ToBeFocusedAsync();
        await SubmitAsync(Key);

        await Expect(tab.Page.Locator("#key-form")).ToBeHiddenAsync();
        await Expect(tab.Page.Locator("#choose")).ToBeFocusedAsync();

        async Task SubmitAsync(string key)
        {
            await input.FillAsync(key);
            await input.PressAsync("Enter");
        }
    }

    [BrowserFact]
    public async Task ForcedColors_ShowWhatIsSelected()
    {
        await using Tab tab = await browser.OpenAsync();

        // Without transitions, so that no color is half-way.
        await tab.Page.EmulateMediaAsync(
            new PageEmulateMediaOptions { ForcedColors = ForcedColors.Active, ReducedMotion = ReducedMotion.Reduce });
        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        await tab.UntilDoneAsync(1);
        await tab.Page.ClickAsync("button.class >> nth=0");
        await Expect(tab.Page.Locator("button.class >> nth=0")).ToHaveAttributeAsync("aria-pressed", "true");

        string[] modes = await BackgroundsAsync(".segments span");
        string[] classes = await BackgroundsAsync("button.class");

        modes[0].Should().NotBe(modes[1]);
        classes[0].Should().NotBe(classes[1]);
        classes[0].Should().Be(modes[0]);

        Task<string[]> BackgroundsAsync(string selector) => tab.Page.EvaluateAsync<string[]>(
            $"() => [...document.querySelectorAll('{selector}')].map(e => getComputedStyle(e).backgroundColor)");
    }
}
