using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ResNet.Net.Extensions.Tests;

/// <summary>The application of docs/aspnetcore.md; a test compares every line.</summary>
internal static class RecipeApplication
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 10 << 20);
        builder.Services.AddResNetClassifier(builder.Configuration.GetSection("ResNet"));
        builder.Services.AddHealthChecks().AddResNetClassifier(tags: ["ready"]);
        builder.Services.AddProblemDetails();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
            limiter.AddConcurrencyLimiter("classify", queue =>
            {
                queue.PermitLimit = Environment.ProcessorCount;
                queue.QueueLimit = builder.Configuration.GetValue("QueueLimit", 100);
            });
        });

        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRateLimiter();
        app.MapPost("/classify", Classify).RequireRateLimiting("classify");
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        return app;

        static async Task<IResult> Classify(
            HttpRequest request, IResNetClassifierProvider classifiers, CancellationToken cancellationToken, int top = 5)
        {
            try
            {
                ResNetClassifier classifier = await classifiers.GetAsync(cancellationToken);
                top = Math.Clamp(top, 1, 100);
                Classification result = await classifier.ClassifyAsync(request.Body, top, cancellationToken);
                return Results.Ok(result.Predictions);
            }
            catch (ImageDecodeException exception)
            {
                int status = exception.Failure switch
                {
                    ImageDecodeFailure.UnsupportedFormat => StatusCodes.Status415UnsupportedMediaType,
                    ImageDecodeFailure.TooLarge => StatusCodes.Status413PayloadTooLarge,
                    _ => StatusCodes.Status422UnprocessableEntity,
                };
                return Results.Problem(exception.Reason, title: $"The image was rejected: {exception.Failure}.", statusCode: status);
            }
            catch (BadHttpRequestException exception)
            {
                return Results.Problem(exception.Message, statusCode: exception.StatusCode);
            }
            catch (ModelUnavailableException)
            {
                const string Detail = "The model is not available yet. Try again later.";
                return Results.Problem(Detail, statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        }
    }
}
