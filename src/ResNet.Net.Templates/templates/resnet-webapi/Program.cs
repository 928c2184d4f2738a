using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.RateLimiting;
using ResNet.Net;
using ResNet.Net.Extensions;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 10 << 20);

// appsettings.json selects the model and limits the images. The model is loaded and warmed up while the application starts.
builder.Services.AddResNetClassifier(builder.Configuration.GetSection("ResNet"));
builder.Services.AddHealthChecks().AddResNetClassifier(tags: ["ready"]);
builder.Services.AddProblemDetails();

// One request per processor runs; others wait in the queue, and requests beyond it are rejected.
builder.Services.AddRateLimiter(limiter =>
{
    limiter.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
    limiter.AddConcurrencyLimiter("classify", queue =>
    {
        queue.PermitLimit = Environment.ProcessorCount;
        queue.QueueLimit = 100;
    });
});

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseRateLimiter();
app.MapPost("/classify", ClassifyAsync).RequireRateLimiting("classify");
app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
app.Run();

// The body of the request is the image file.
static async Task<IResult> ClassifyAsync(
    HttpRequest request, IResNetClassifierProvider classifiers, CancellationToken cancellationToken, int top = 5)
{
    try
    {
        ResNetClassifier classifier = await classifiers.GetAsync(cancellationToken);
        Classification result = await classifier.ClassifyAsync(request.Body, Math.Clamp(top, 1, 100), cancellationToken);
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
        return Results.Problem(exception.Reason, title: "The image cannot be decoded.", statusCode: status);
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
