using Microsoft.Playwright;

namespace ResNet.Net.Page.Tests;

/// <summary>A browser and a server that all tests share. Each test has a tab of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    // The page waits for a model of the server, which two cores share with the browser and with other tests.
    private const float Timeout = 60_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal PageServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await PageServer.StartAsync();
        if (File.Exists(Requirements.Chromium))
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Requirements.Chromium,

                // Containers run tests as root, for which Chromium has no sandbox.
                ChromiumSandbox = false,
                Args = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
            });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>Opens the page in a new tab, and waits until it lists the models.</summary>
    internal async Task<Tab> OpenAsync(
        PageServer? server = null, int width = 1200, int height = 900, ColorScheme colors = ColorScheme.Light, bool waitForModels = true)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = colors,
            BaseURL = (server ?? Server).Address.ToString(),
        });
        context.SetDefaultTimeout(Timeout);
        Tab tab = new(context, await context.NewPageAsync());
        await tab.Page.GotoAsync("/");
        if (waitForModels)
        {
            await Assertions.Expect(tab.Page.Locator("#model")).ToBeEnabledAsync(new() { Timeout = Timeout });
        }

        return tab;
    }
}

[CollectionDefinition(Name)]
public sealed class BrowserGroup : ICollectionFixture<Browser>
{
    public const string Name = "browser";
}

/// <summary>A tab with the page.</summary>
internal sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _errors = [];

    public Tab(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => _errors.Add(error);
        page.Console += (_, message) =>
        {
            // The browser logs each response with an error status, which tests provoke.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                _errors.Add(message.Text);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Gets the cards of the images, the newest first.</summary>
    public ILocator Cards => Page.Locator(".card");

    /// <summary>Gets the results that are up to date.</summary>
    public ILocator Results => Page.Locator(".result:not(.stale):visible");

    public ILocator Failures => Page.Locator(".failure:visible");

    /// <summary>Chooses files as the file dialog does.</summary>
    public Task ChooseAsync(params string[] paths) => Page.Locator("#files").SetInputFilesAsync(paths);

    /// <summary>Waits until each image has a result or an error.</summary>
    public async Task UntilDoneAsync(int count)
    {
        await Assertions.Expect(Cards).ToHaveCountAsync(count);
        await Page.WaitForFunctionAsync("() => document.querySelectorAll('.working:not([hidden])').length === 0");
    }

    /// <summary>Verifies that the page had neither an exception nor a violation of its content security policy.</summary>
    public void ShouldHaveNoErrors() => _errors.Should().BeEmpty();

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
