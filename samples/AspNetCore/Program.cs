// A web service that classifies uploads: dotnet run --project samples/AspNetCore
//   curl --data-binary @samples/images/cat.png http://localhost:5000/classify?top=3
//   curl http://localhost:5000/health
using ResNet.Net;
using ResNet.Net.Extensions;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 10 << 20);
builder.Services.AddProblemDetails();
builder.Services.AddHealthChecks().AddResNetClassifier();

// Loaded and warmed up in the background while the application starts; the limits protect against hostile images.
builder.Services.AddResNetClassifier(ResNetVariant.Cifar10ResNet20, settings =>
{
    settings.Decoding.MaxBytes = 10 << 20;
    settings.Decoding.MaxPixels = 24_000_000;
});

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.MapHealthChecks("/health");
app.MapPost("/classify", Classify);
app.Run();

static async Task<IResult> Classify(
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
}
