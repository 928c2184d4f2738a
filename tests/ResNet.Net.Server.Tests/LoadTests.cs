using System.Net;
using Grpc.Core;
using ResNet.Net.Server.Wire;
using static ResNet.Net.Server.Tests.ProtocolHttp;

namespace ResNet.Net.Server.Tests;

/// <summary>Tests what happens while images are in progress, with a decoder that a test can stop.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly Gate _gate = new();

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task FullQueue_RejectsWithRetryAfter_OnBothTransports()
    {
        await using ServerHost host = await _gate.StartAsync(options => options.MaxQueueLength = 2);
        _gate.Close();
        Task<Answer> running = host.PostAsync("/classify", Images.Cat);
        await _gate.UntilEnteredAsync(1);
        Task<Answer>[] queued = [.. Enumerable.Range(0, 2).Select(_ => host.PostAsync("/classify", Images.Cat))];
        await UntilQueuedAsync(host, 2);

        Answer problem = await host.PostAsync("/predictions/cifar10", Images.Cat);
        Answer infer = await host.PostAsync(InferPath, Images.Cat, headerLength: 0);
        RpcException grpc = (await ((Func<Task>)(() => host.InferAsync(GrpcClient.Request(true, Images.Cat))))
            .Should().ThrowAsync<RpcException>()).Which;

        foreach (Answer answer in (Answer[])[problem, infer])
        {
            answer.Status.Should().Be(HttpStatusCode.TooManyRequests, answer.Text);
            answer.Response.Headers.RetryAfter!.Delta.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        }

        infer.Error.Should().Be("The server is busy. Try again later.");
        grpc.StatusCode.Should().Be(StatusCode.ResourceExhausted);
        grpc.Trailers.GetValue("retry-after").Should().NotBeNull();
        _gate.Open();
        foreach (Task<Answer> task in (Task<Answer>[])[running, .. queued])
        {
            (await task).Status.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Images_OfAllEndpoints_LeaveTheThreadPoolToRequests()
    {
        await using ServerHost host = await _gate.StartAsync();
        _gate.Close();
        _gate.Open();

        (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(HttpStatusCode.OK);
        (await host.PostAsync(InferPath, Images.Cat, headerLength: 0)).Status.Should().Be(HttpStatusCode.OK);
        _ = await host.InferAsync(GrpcClient.Request(true, Images.Cat));

        _gate.Entered.Should().Be(3);
        _gate.OnPool.Should().Be(0);
    }

    [Fact]
    public async Task QueueTime_Exceeded_RejectsAndDoesNotRun()
    {
        await using ServerHost host = await _gate.StartAsync(options => options.MaxQueueTime = TimeSpan.FromMilliseconds(50));
        _gate.Close();
        Task<Answer> running = host.PostAsync("/classify", Images.Cat);
        await _gate.UntilEnteredAsync(1);

        Answer rejected = await host.PostAsync("/classify", Images.Cat);

        rejected.Status.Should().Be(HttpStatusCode.TooManyRequests, rejected.Text);
        _gate.Open();
        (await running).Status.Should().Be(HttpStatusCode.OK);
        _gate.Entered.Should().Be(1);
    }

    [Fact]
    public async Task GrpcDeadline_Passed_DropsTheImageBeforeItRuns()
    {
        await using ServerHost host = await _gate.StartAsync();
        _gate.Close();
        Task<Answer> running = host.PostAsync("/classify", Images.Cat);
        await _gate.UntilEnteredAsync(1);

        Func<Task> late = () => host.InferAsync(GrpcClient.Request(true, Images.Cat), DateTime.UtcNow.AddMilliseconds(200));

        (await late.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.DeadlineExceeded);
        await UntilQueuedAsync(host, 0);
        _gate.Open();
        (await running).Status.Should().Be(HttpStatusCode.OK);
        (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(HttpStatusCode.OK);
        _gate.Entered.Should().Be(2, "the late image did not run");
    }

    [Fact]
    public async Task TimeoutParameter_Passed_DropsTheImage()
    {
        await using ServerHost host = await _gate.StartAsync();
        _gate.Close();
        Task<Answer> running = host.PostAsync("/classify", Images.Cat);
        await _gate.UntilEnteredAsync(1);
        string json = HttpInferTests.ImageJson(Images.Cat).Replace(
            "{\"inputs\"", "{\"parameters\":{\"timeout\":50000},\"inputs\"", StringComparison.Ordinal);

        Answer answer = await host.InferAsync(json);

        answer.Status.Should().Be(HttpStatusCode.GatewayTimeout, answer.Text);
        _gate.Open();
        (await running).Status.Should().Be(HttpStatusCode.OK);
        _gate.Entered.Should().Be(1);
    }

    [Fact]
    public async Task AbortedRequest_IsDroppedBeforeItRuns()
    {
        await using ServerHost host = await _gate.StartAsync();
        _gate.Close();
        Task<Answer> running = host.PostAsync("/classify", Images.Cat);
        await _gate.UntilEnteredAsync(1);
        using CancellationTokenSource gone = new();
        using ByteArrayContent content = new(Images.Cat);
        Task<HttpResponseMessage> aborted = host.Http.PostAsync("/classify", content, gone.Token);
        await UntilQueuedAsync(host, 1);

        await gone.CancelAsync();

        await ((Func<Task>)(() => aborted)).Should().ThrowAsync<OperationCanceledException>();
        await UntilQueuedAsync(host, 0);
        _gate.Open();
        (await running).Status.Should().Be(HttpStatusCode.OK);
        _gate.Entered.Should().Be(1);
    }

    [Fact]
    public async Task Shutdown_ReportsNotReady_AndAnswersWhatItAccepted()
    {
        await using ServerHost host = await _gate.StartAsync(options => options.ShutdownDelay = TimeSpan.FromMinutes(1));
        _gate.Close();
        Task<Answer>[] accepted = [.. Enumerable.Range(0, 4).Select(_ => host.PostAsync("/classify", Images.Cat))];
        await _gate.UntilEnteredAsync(1);
        await UntilQueuedAsync(host, 3);
        using CancellationTokenSource delay = new();

        Task stopping = host.Application.StopAsync(delay.Token);

        (await host.GetAsync("/v2/health/ready")).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await host.GetAsync("/ping")).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await host.GetAsync("/v2/health/live")).Status.Should().Be(HttpStatusCode.OK);
        (await host.CallAsync<ServerReadyRequest, ServerReadyResponse>("ServerReady", new())).Ready.Should().BeFalse();
        Task<Answer> during = host.PostAsync("/classify", Images.Ship);
        await UntilQueuedAsync(host, 4);
        _gate.Open();
        foreach (Task<Answer> task in (Task<Answer>[])[.. accepted, during])
        {
            (await task).Status.Should().Be(HttpStatusCode.OK, "what was accepted is answered");
        }

        await delay.CancelAsync();
        await stopping.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Readiness_BeforeTheModelIsLoaded_IsFalseAndRequestsAreUnavailable()
    {
        TaskCompletionSource load = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ServerHost host = await ServerHost.StartAsync(
            models: models => models.AddModel(ServerHost.Model, async (_, token) =>
            {
                await load.Task.WaitAsync(token);
                return await ResNetClassifier.CreateAsync(ResNetVariant.Cifar10ResNet20, cancellationToken: token);
            }),
            waitUntilReady: false);

        Answer ready = await host.GetAsync("/v2/health/ready");
        Answer infer = await host.PostAsync(InferPath, Images.Cat, headerLength: 0);
        Answer classify = await host.PostAsync("/classify", Images.Cat);
        RpcException grpc = (await ((Func<Task>)(() => host.InferAsync(GrpcClient.Request(true, Images.Cat))))
            .Should().ThrowAsync<RpcException>()).Which;

        ready.Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        ready.Text.Should().Be("""{"ready":false}""");
        infer.Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        infer.Error.Should().Contain("is being loaded");
        infer.Response.Headers.RetryAfter.Should().NotBeNull();
        classify.Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        grpc.StatusCode.Should().Be(StatusCode.Unavailable);
        host.Logs.Entries.Should().NotContain(e => e.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
        load.SetResult();
        await host.UntilReadyAsync();
        (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(HttpStatusCode.OK);
    }

    private static async Task UntilQueuedAsync(ServerHost host, int count)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        while (host.QueueLength != count)
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
