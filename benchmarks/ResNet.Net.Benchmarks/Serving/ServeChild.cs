using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ResNet.Net.Benchmarks.Soaking;

namespace ResNet.Net.Benchmarks.Serving;

/// <summary>
/// Serves a model in a process of its own. Reads commands from standard input and answers each with a line: <c>usage</c> with the processor
/// seconds and the resident bytes of this process, <c>library FILE SECONDS</c> with the images and processor seconds per second of
/// <c>ClassifyManyAsync</c> on the same classifier, <c>load THREADS</c> after starting a load of the library, <c>sample</c> with a sample
/// of this process.
/// </summary>
internal static class ServeChild
{
    public const string Command = "serve-child";
    public const string Model = "model";

    /// <summary>The address that reads a body and runs no model: <c>/Transport/Read</c>, HTTP or gRPC.</summary>
    public const string Transport = "Transport", Read = "Read";

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <param name="variantId">The variant whose labels and preprocessing the model has.</param>
    /// <param name="modelPath">The ONNX file; empty for an embedded model.</param>
    public static async Task RunAsync(string variantId, string modelPath)
    {
        ResNetVariant variant = ResNetVariant.Parse(variantId);
        bool hasMaps = modelPath.Length == 0;
        ResNetClassifierOptions options = new() { CacheOptimizedModel = false, ActivationMaps = hasMaps };
        using ResNetClassifier classifier = hasMaps
            ? ResNetClassifier.Create(variant, options)
            : ResNetClassifier.Create(new ModelDefinition(modelPath) { Profile = variant.Profile, Labels = variant.Labels }, options);
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddResNetServer(server =>
            {
                server.GrpcPort = 0;

                // Nothing is rejected, however slow the machine.
                server.MaxQueueTime = TimeSpan.FromMinutes(1);
            })
            .AddModel(Model, (_, _) => Task.FromResult(classifier));
        await using WebApplication app = builder.Build();
        app.MapResNetServer();
        app.MapPost($"/{Transport}/{Read}", ReadAsync);
        await app.StartAsync();
        Console.WriteLine(string.Join(' ', app.Urls));
        SoakLibrary? load = null;
        while (Console.ReadLine() is string line)
        {
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case "usage":
                    Console.WriteLine(Usage());
                    break;
                case "load":
                    load = new SoakLibrary(int.Parse(words[1], Culture));
                    Console.WriteLine();
                    break;
                case "sample":
                    Console.WriteLine(SoakSample.Take(0, load?.Count ?? 0));
                    break;
                default:
                    Console.WriteLine(await LibraryAsync(classifier, words[1], double.Parse(words[2], Culture)));
                    break;
            }
        }

        load?.Dispose();
    }

    /// <summary>Reads the body; answers gRPC with an empty message.</summary>
    private static async Task ReadAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        if (context.Request.ContentType == "application/grpc")
        {
            const int PrefixLength = 5;
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[PrefixLength]);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }

    private static string Usage()
    {
        using Process self = Process.GetCurrentProcess();
        return string.Create(Culture, $"{self.TotalProcessorTime.TotalSeconds} {self.WorkingSet64}");
    }

    private static async Task<string> LibraryAsync(ResNetClassifier classifier, string file, double seconds)
    {
        InputImage image = ServeRequests.ReadImage(file);
        long start = 0;
        int count = 0;
        TimeSpan before = default;
        using Process self = Process.GetCurrentProcess();
        await foreach (ClassificationOutcome outcome in classifier.ClassifyManyAsync(Enumerable.Repeat(image, int.MaxValue)))
        {
            // The first results warm up and fill the pipeline.
            const int WarmUps = 8;
            _ = outcome.Value;
            count++;
            if (count == WarmUps)
            {
                self.Refresh();
                (start, before) = (Stopwatch.GetTimestamp(), self.TotalProcessorTime);
            }
            else if (count > WarmUps && Stopwatch.GetElapsedTime(start).TotalSeconds is double time && time >= seconds)
            {
                self.Refresh();
                return string.Create(
                    Culture, $"{(count - WarmUps) / time} {(self.TotalProcessorTime - before).TotalSeconds / time}");
            }
        }

        throw new InvalidOperationException("The sequence ended.");
    }
}
