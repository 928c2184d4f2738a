using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ResNet.Net.Page.Tests;

/// <summary>Keyboard, screen readers, contrast, small windows and reduced motion.</summary>
[Collection(BrowserGroup.Name)]
public sealed class AccessibilityTests(Browser browser)
{
    [BrowserTheory]
    [InlineData(1200, ColorScheme.Light)]
    [InlineData(1200, ColorScheme.Dark)]
    [InlineData(320, ColorScheme.Light)]
    [InlineData(320, ColorScheme.Dark)]
    public async Task Page_InAnyState_HasNoBarriersThatAxeFinds(int width, ColorScheme colors)
    {
        await using Tab tab = await browser.OpenAsync(width: width, colors: colors);
        await ShouldHaveNoBarriersAsync(tab);

        await tab.ChooseAsync(ImageFiles.Sample("cat"), ImageFiles.Fixture("bad-text.jpg"), ImageFiles.Sample("robin"));
        await tab.UntilDoneAsync(3);
        await tab.Results.First.Locator("button.class").First.ClickAsync();
        await Expect(tab.Cards.First.Locator("canvas.map")).ToBeVisibleAsync();
        await ShouldHaveNoBarriersAsync(tab);

        await tab.Page.ClickAsync("#use-camera");
        await Expect(tab.Page.Locator("#shoot")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await ShouldHaveNoBarriersAsync(tab);
    }

    [BrowserTheory]
    [InlineData(320)]
    [InlineData(390)]
    [InlineData(768)]
    public async Task Page_InANarrowWindow_DoesNotScrollSideways(int width)
    {
        await using Tab tab = await browser.OpenAsync(width: width, height: 700);
        const string Width = "() => document.documentElement.scrollWidth";
        int before = await tab.Page.EvaluateAsync<int>(Width);
        using TemporaryFolder folder = new();
        string longName = folder[$"{new string('x', 120)}.png"];
        File.Copy(ImageFiles.Sample("cat"), longName);

        await tab.ChooseAsync(longName, ImageFiles.Fixture("bad-text.jpg"), ImageFiles.Sample("robin"));
        await tab.UntilDoneAsync(3);

        before.Should().BeLessThanOrEqualTo(width);
        (await tab.Page.EvaluateAsync<int>(Width)).Should().BeLessThanOrEqualTo(width);
        foreach (ILocator button in await tab.Page.Locator("main > :not(:has(.strip)) button:visible").AllAsync())
        {
            LocatorBoundingBoxResult box = (await button.BoundingBoxAsync())!;
            box.X.Should().BeGreaterThanOrEqualTo(0);
            (box.X + box.Width).Should().BeLessThanOrEqualTo(width);
            box.Height.Should().BeGreaterThanOrEqualTo(24, "WCAG 2.2 demands it of targets");
        }
    }

    [BrowserFact]
    public async Task Keyboard_Alone_ClassifiesASample_ShowsItsMap_AndRemovesIt()
    {
        await using Tab tab = await browser.OpenAsync();
        IKeyboard keyboard = tab.Page.Keyboard;

        await TabToAsync(tab, "Classify the sample cat");
        await keyboard.PressAsync("Enter");
        await tab.UntilDoneAsync(1);
        await TabToAsync(tab, "cat 100.0%");
        await keyboard.PressAsync("Space");
        await Expect(tab.Cards.Locator("canvas.map")).ToBeVisibleAsync();
        await Expect(tab.Results.Locator("button.class").First).ToHaveAttributeAsync("aria-pressed", "true");
        await TabToAsync(tab, "Remove cat.png", backward: true);
        await keyboard.PressAsync("Enter");

        await Expect(tab.Cards).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator("#choose")).ToBeFocusedAsync();
        await Expect(tab.Page.Locator("#status")).ToHaveTextAsync("Removed cat.png");
        tab.ShouldHaveNoErrors();
    }

    [BrowserFact]
    public async Task Keyboard_InTheCamera_EscapeReturnsToItsButton()
    {
        await using Tab tab = await browser.OpenAsync();
        await TabToAsync(tab, "Use the camera");

        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.Locator("#shoot")).ToBeFocusedAsync(new() { Timeout = 60_000 });
        await tab.Page.Keyboard.PressAsync("Escape");

        await Expect(tab.Page.Locator("#camera")).ToBeHiddenAsync();
        await Expect(tab.Page.Locator("#use-camera")).ToBeFocusedAsync();
    }

    [BrowserTheory]
    [InlineData(ColorScheme.Light, true)]
    [InlineData(ColorScheme.Dark, false)]
    public async Task Colors_FollowTheSystem(ColorScheme colors, bool isBright)
    {
        await using Tab tab = await browser.OpenAsync(colors: colors);

        string background = await tab.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");

        int red = int.Parse(background.Split('(', ',')[1], System.Globalization.CultureInfo.InvariantCulture);
        (red > 128).Should().Be(isBright);
    }

    [BrowserFact]
    public async Task Motion_Reduced_HasNoTransitions()
    {
        await using Tab tab = await browser.OpenAsync();
        const string Transition = "() => getComputedStyle(document.getElementById('choose')).transitionDuration";
        string usual = await tab.Page.EvaluateAsync<string>(Transition);

        await tab.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ReducedMotion = ReducedMotion.Reduce });

        usual.Should().NotBe("0s");
        (await tab.Page.EvaluateAsync<string>(Transition)).Should().Be("0s");
    }

    [BrowserFact]
    public async Task ActivationMap_ShownOrFailed_IsAnnounced()
    {
        await using Tab tab = await browser.OpenAsync();
        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        await tab.UntilDoneAsync(1);
        ILocator status = tab.Page.Locator("#status");

        await tab.Results.Locator("button.class").First.ClickAsync();
        await Expect(status).ToHaveTextAsync("cat.png: the activation map of cat is shown");
        await tab.Page.RouteAsync("**/classify?**", route => route.AbortAsync());
        await tab.Results.Locator("button.class").Last.ClickAsync();

        await Expect(status).ToHaveTextAsync("cat.png: The connection to the server was lost.");
    }

    [BrowserFact]
    public async Task FontSize_OfTheBrowser_AppliesToAllText()
    {
        await using Tab tab = await browser.OpenAsync(width: 320);
        await tab.ChooseAsync(ImageFiles.Sample("cat"));
        await tab.UntilDoneAsync(1);

        // As the setting of the browser does.
        await tab.Page.EvaluateAsync("() => { document.documentElement.style.fontSize = '32px'; }");

        foreach (string selector in (string[])["#choose", "#model", "button.class", "#drop p"])
        {
            (await tab.Page.EvaluateAsync<string>($"() => getComputedStyle(document.querySelector('{selector}')).fontSize"))
                .Should().Be("32px", selector);
        }

        (await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(320);
    }

    private static async Task ShouldHaveNoBarriersAsync(Tab tab)
    {
        AxeResult result = await tab.Page.RunAxe();

        result.Violations.Select(v => $"{v.Id}: {v.Help}: {v.Nodes[0].Html}").Should().BeEmpty();
        result.Passes.Should().NotBeEmpty();
    }

    private static async Task TabToAsync(Tab tab, string name, bool backward = false)
    {
        const int Most = 60;
        const string Focused = "() => (document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? '')"
            + ".replace(/\\s+/g, ' ').trim()";
        for (int i = 0; i < Most; i++)
        {
            if (await tab.Page.EvaluateAsync<string>(Focused) == name)
            {
                return;
            }

            await tab.Page.Keyboard.PressAsync(backward ? "Shift+Tab" : "Tab");
        }

        throw new InvalidOperationException($"The key Tab does not reach '{name}'.");
    }
}
