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
        HelpName = "models",
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
        using JobModelProvider models = new(new ResNetClassifierOptions
        {
            Store = choice.OpenStore(),
            ExecutionMode = ExecutionMode.Throughput,
            LoggerFactory = Warnings.Factory,
        });
        try
        {
            foreach (string model in options.GetValue(_models)!)
            {
                ModelChoice throughput = choice.For(model) with { ExecutionMode = ExecutionMode.Throughput };
                ResNetClassifier classifier = await throughput.LoadAsync(cancellationToken);
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
        using ILoggerFactory loggers = LoggerFactory.Create(logging => ClusterHost.Log(logging, () => true));
        await using JobStore store
            = await database.CreateAsync(options, new JobStoreOptions { LoggerFactory = loggers }, cancellationToken);
        ResNetClusterOptions cluster = new()
        {
            Address = options.GetValue(_address),
            Port = options.GetValue(_port),
            Models = models,
        };
        CheckEndpoint(cluster, isLocal: store is SqliteJobStore);
        bool isStarted = false;
        using IHost host = await StartAsync(
            () => ClusterHost.Create(store, cluster, urls, hasDashboard, () => Volatile.Read(ref isStarted)), urls, cancellationToken);
        Volatile.Write(ref isStarted, true);
        Terminal.Out.WriteLine($"Database: {store.Name}");
        if (host is WebApplication web)
        {
            foreach (string address in web.Urls)
            {
                Terminal.Out.WriteLine($"Now listening on: {address}");
            }
        }

        Terminal.Out.WriteLine("The silo is running. Press Ctrl+C to stop.");
        IHostApplicationLifetime lifetime
            = (IHostApplicationLifetime)host.Services.GetService(typeof(IHostApplicationLifetime))!;
        using (cancellationToken.Register(lifetime.StopApplication))
        {
            await host.WaitForShutdownAsync(CancellationToken.None);
        }
    }

    /// <summary>Tries the endpoint for other silos, so that the message can name it: afterwards, it may be that of HTTP.</summary>
    /// <exception cref="ArgumentException">It can't be used.</exception>
    private static void CheckEndpoint(ResNetClusterOptions cluster, bool isLocal)
    {
        IPAddress address = cluster.Address ?? (isLocal ? IPAddress.Loopback : IPAddress.Any);
        int port = cluster.Port ?? (isLocal ? 0 : ResNetClusterOptions.DefaultPort);
        if (cluster.Address is not null && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            throw new ArgumentException($"Other silos can't connect to {address}. Name an address of this machine with --address.");
        }

        try
        {
            using TcpListener listener = new(address, port);
            listener.Start();
        }
        catch (SocketException exception)
        {
            string option = exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied
                ? "another port with --port"
                : "an address of this machine with --address";
            throw CannotStart($"it can't listen at {new IPEndPoint(address, port)} for other silos", exception, $"Name {option}.");
        }
    }

    private static async Task<IHost> StartAsync(Func<IHost> create, string? urls, CancellationToken cancellationToken)
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
            bool isOfEndpoint = exception is FormatException or InvalidOperationException
                || exception.GetBaseException() is SocketException;
            if (exception is OrleansException or OrleansConfigurationException)
            {
                throw CannotStart("Orleans reports an error", exception, "See --address and --port.");
            }

            // The other endpoint was tried before.
            if (isOfEndpoint && urls is not null)
            {
                throw CannotStart($"it can't listen at {urls}", exception, "Name other addresses with --urls.");
            }

            if (isOfEndpoint)
            {
                throw CannotStart("it can't listen for other silos", exception, "See --address and --port.");
            }

            throw;
        }
    }

    /// <summary>Words a failure in one line that ends in a period.</summary>
    private static ArgumentException CannotStart(string what, Exception exception, string remedy)
    {
        string reason = exception.GetBaseException().Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return new ArgumentException($"The silo can't start: {what}: {reason}. {remedy}", exception);
    }
}
