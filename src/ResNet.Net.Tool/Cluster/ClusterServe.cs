using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ResNet.Net.Orleans;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Cluster;

/// <summary><c>resnet cluster serve</c>: runs a silo.</summary>
internal sealed class ClusterServe(ClusterDatabase database)
{
    private readonly Argument<string[]> _models = new("models")
    {
        Description = "Paths of ONNX files, and IDs of variants that get the options of models below. Jobs with other variants load them "
            + "when they need them.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<IPAddress?> _address = new("--address")
    {
        Description = "The IP address at which the other silos reach this one. Only they may reach its port. "
            + "[default: this machine's first; with SQLite, 127.0.0.1]",
        HelpName = "ip",
        CustomParser = ParseAddress,
    };

    private readonly Option<int?> _port = new("--port")
    {
        Description = $"The port for other silos; 0 selects a free port. [default: {ResNetClusterOptions.DefaultPort}; with SQLite, 0]",
        HelpName = "n",
        CustomParser = OptionValues.Port,
    };

    private readonly Option<string?> _urls = new("--urls")
    {
        Description = "Serve /health/live, /health/ready and /metrics at these addresses, separated by ';', such as http://0.0.0.0:8080. "
            + "[default: no HTTP]",
        HelpName = "address",
    };

    private readonly Option<bool> _dashboard = new("--dashboard")
    {
        Description = $"Serve the Orleans Dashboard at /dashboard, without authentication. Without --urls: {ClusterHost.DefaultUrl}.",
    };

    private readonly ModelOptions _model = new(hasModel: false);

    public ToolCommand Build()
    {
        _models.Validators.Add(OptionValues.RejectUnknownOptions);
        _models.CompletionSources.Add([.. ResNetVariant.All.Select(v => v.Id)]);
        ToolCommand command = new("serve", "Run a silo: it classifies the images of all jobs in the database until it is stopped.")
        {
            TimeToEnd = TimeSpan.FromMinutes(5),
        };
        command.Arguments.Add(_models);
        command.Add(_address, _port, _urls, _dashboard);
        _model.AddTo(command);
        command.Does(RunAsync);
        return command;
    }

    private static IPAddress? ParseAddress(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (IPAddress.TryParse(text, out IPAddress? address))
        {
            return address;
        }

        argument.AddError($"--address requires an IP address, not '{text}'.");
        return null;
    }

    private async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
    {
        ModelChoice choice = _model.Choice(options);
        List<ResNetClassifier> classifiers = [];
        using JobModelProvider models = new(new ResNetClassifierOptions { Store = choice.OpenStore(), LoggerFactory = Warnings.Factory });
        try
        {
            foreach (string model in options.GetValue(_models)!)
            {
                ResNetClassifier classifier = await choice.For(model).LoadAsync(cancellationToken);
                classifiers.Add(classifier);
                models.Add(classifier);
            }

            await ServeAsync(options, models, cancellationToken);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped while it started, which can take as long as the database is down.
            return ExitCode.Success;
        }
        finally
        {
            foreach (ResNetClassifier classifier in classifiers)
            {
                classifier.Dispose();
            }
        }
    }

    private async Task ServeAsync(ParseResult options, JobModelProvider models, CancellationToken cancellationToken)
    {
        bool hasDashboard = options.GetValue(_dashboard);
        string? urls = options.GetValue(_urls) ?? (hasDashboard ? ClusterHost.DefaultUrl : null);
        using ILoggerFactory loggers = LoggerFactory.Create(ClusterHost.Log);
        await using JobStore store
            = await database.CreateAsync(options, new JobStoreOptions { LoggerFactory = loggers }, cancellationToken);
        ResNetClusterOptions cluster = new()
        {
            Address = options.GetValue(_address),
            Port = options.GetValue(_port),
            Models = models,
        };
        using IHost host = await StartAsync(() => ClusterHost.Create(store, cluster, urls, hasDashboard), cancellationToken);
        Terminal.Out.WriteLine($"Database: {store.Name}");
        if (host is WebApplication web)
        {
            foreach (string address in web.Urls)
            {
                Terminal.Out.WriteLine($"Now listening on: {address}");
            }
        }

        Terminal.Out.WriteLine("The silo runs. Press Ctrl+C to stop.");
        IHostApplicationLifetime lifetime
            = (IHostApplicationLifetime)host.Services.GetService(typeof(IHostApplicationLifetime))!;
        using (cancellationToken.Register(lifetime.StopApplication))
        {
            await host.WaitForShutdownAsync(CancellationToken.None);
        }
    }

    private static async Task<IHost> StartAsync(Func<IHost> create, CancellationToken cancellationToken)
    {
        IHost? host = null;
        try
        {
            host = create();
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch (Exception exception)
        {
            host?.Dispose();
            if (exception is not (FormatException or InvalidOperationException) && exception.GetBaseException() is not SocketException)
            {
                throw;
            }

            // An address or port that can't be used.
            throw new ArgumentException(
                $"The silo can't start: {exception.GetBaseException().Message} See --address, --port and --urls.", exception);
        }
    }
}
