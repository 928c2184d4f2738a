// A model server: dotnet run --project samples/Serve [-- --urls http://localhost:8000]
//   curl --data-binary @samples/images/cat.png http://localhost:8000/predictions/cifar10
//   curl http://localhost:8000/v2/models/cifar10
using ResNet.Net;
using ResNet.Net.Server;

var builder = WebApplication.CreateBuilder(args);

// Settings and models come from the section ResNet of appsettings.json, the environment and the arguments (docs/serving.md).
IConfigurationSection section = builder.Configuration.GetSection("ResNet");
builder.Configuration["urls"] ??= "http://localhost:8000";
ResNetServerBuilder server = builder.Services.AddResNetServer(section);
builder.Services.Configure<ResNetServerOptions>(options => options.GrpcPort ??= 8001);

// Without models in the configuration, the server has the model that is embedded in the library.
if (!section.GetSection("Models").GetChildren().Any())
{
    server.AddModel("cifar10", ResNetVariant.Cifar10ResNet20, settings => settings.ActivationMaps = true);
    builder.Services.Configure<ResNetServerOptions>(options => options.AllowModelDownload = true);
}

// Requests are counted in the metrics, not logged one by one.
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

// Errors of addresses that don't exist have a body, too.
builder.Services.AddProblemDetails();

var app = builder.Build();
app.UseStatusCodePages();
app.MapResNetServer();
app.Run();
