using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Serve;

/// <summary><c>resnet serve</c>: serves models over HTTP and gRPC, with a page for browsers.</summary>
internal sealed class ServeCommand
{
    private readonly Argument<string[]> _models = new("models")
    {
        Description = "IDs of variants and paths of ONNX files; name=model sets the name in addresses. [default: the embedded model]",
        HelpName = "[name=]id|file",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _urls = new("--urls")
    {
        Description = $"The addresses to listen on, separated by ';', such as http://0.0.0.0:8000. Port 0 selects a free port. "
            + $"[default: {ModelHost.DefaultUrls}]",
        HelpName = "address",
    };

    private readonly Option<int?> _grpcPort = new("--grpc-port")
    {
        Description = $"The port of gRPC; 0 selects a free port. [default: {ModelHost.DefaultGrpcPort}]",
        HelpName = "n",
        CustomParser = OptionValues.Port,
    };

    private readonly Option<string[]> _apiKeys = new("--api-key")
    {
        Description = "A key of at least 16 characters that requests must have; repeat the option for more keys. Other users of this "
            + "machine can see arguments: the environment variable ResNet__Server__ApiKeys__0 is safer.",
        HelpName = "key",
    };

    private readonly Option<bool> _noMaps = new("--no-maps")
    {
        Description = "Load the models without activation maps, which the page shows.",
    };

    private readonly Option<string?> _settings = new("--settings")
    {
        Description = "A JSON file with the sections ResNet (Server, Models), Kestrel and Logging, as in the server's documentation. "
            + "Comments are allowed.",
        HelpName = "file",
    };

    private readonly ModelOptions _model = new(hasModel: false);

    private ServeCommand()
    {
        _models.Validators.Add(OptionValues.RejectUnknownOptions);
        _models.CompletionSources.Add([.. ResNetVariant.All.Select(v => v.Id)]);
    }

    public static Command Create() => new ServeCommand().Build();

    private ToolCommand Build()
    {
        ToolCommand command = new("serve", "Serve models over HTTP and gRPC, with a page for browsers.")
        {
            // Requests in progress are completed: the host's limit for this is 30 s, and ShutdownDelay comes before it.
            TimeToEnd = TimeSpan.FromMinutes(5),
        };
        command.Arguments.Add(_models);
        command.Add(_urls, _grpcPort, _apiKeys, _noMaps, _settings);
        _model.AddTo(command);
        command.Does(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
    {
        ServedModelName[] names = [.. options.GetValue(_models)!.Select(ServedModelName.Parse)];
        if (names.CountBy(n => n.Name).FirstOrDefault(n => n.Value > 1).Key is string repeated)
        {
            throw new ArgumentException($"Several models have the name '{repeated}'. Give each its own name: name=model.");
        }

        SettingsFile? settings = options.GetValue(_settings) is string path ? SettingsFile.Read(path) : null;
        try
        {
            await using WebApplication app = await ModelHost.CreateAsync(
                settings, Overrides(options), names, model => LoadAsync(options, model, cancellationToken));
            await app.StartAsync(cancellationToken);
            ModelHost.PrintAddresses(app);
            using (cancellationToken.Register(app.Lifetime.StopApplication))
            {
                await app.WaitForShutdownAsync(CancellationToken.None);
            }

            return ExitCode.Success;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new IOException(
                $"{exception.Message.TrimEnd('.')}. Choose other addresses with --urls, or another port of gRPC with --grpc-port.",
                exception);
        }
        catch (Exception exception) when (exception is OptionsValidationException or InvalidOperationException
            or FormatException or InvalidDataException or SocketException)
        {
            // Settings that the server or Kestrel rejects.
            throw new ArgumentException(exception.Message, exception);
        }
    }

    /// <summary>Returns the configuration that the options of the command stand for.</summary>
    private Dictionary<string, string?> Overrides(ParseResult options)
    {
        Dictionary<string, string?> overrides = [];
        if (options.GetValue(_urls) is string urls)
        {
            overrides["urls"] = urls;
        }

        if (options.GetValue(_grpcPort) is int port)
        {
            overrides["ResNet:Server:GrpcPort"] = port.ToString(CultureInfo.InvariantCulture);
        }

        foreach ((int index, string key) in (options.GetValue(_apiKeys) ?? []).Index())
        {
            overrides[$"ResNet:Server:ApiKeys:{index}"] = key;
        }

        return overrides;
    }

    private async Task<ResNetClassifier> LoadAsync(ParseResult options, ServedModelName name, CancellationToken cancellationToken)
    {
        ModelChoice choice = _model.Choice(options).For(name.Model);
        if (options.GetValue(_noMaps))
        {
            return await choice.LoadAsync(cancellationToken);
        }

        try
        {
            return await (choice with { ActivationMaps = true }).LoadAsync(cancellationToken);
        }
        catch (Exception exception) when (Failure.IsExpected(exception) && exception is not ModelUnavailableException)
        {
            // The library cannot add maps to every graph.
            return await choice.LoadAsync(cancellationToken);
        }
    }
}
