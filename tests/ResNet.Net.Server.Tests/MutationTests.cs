using System.Globalization;
using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using ResNet.Net.Server.Wire;
using Xunit.Abstractions;

namespace ResNet.Net.Server.Tests;

/// <summary>
/// Changes valid requests at random and sends them: every one must be answered, and none with an internal error. The environment variable
/// <c>RESNET_NET_MUTATIONS</c> sets the number of requests, for example 1000000; <c>RESNET_NET_MUTATION_SEED</c> sets the seed.
/// </summary>
public sealed class MutationTests(ITestOutputHelper log)
{
    private const int Connections = 4;

    private static readonly int Count = Setting("RESNET_NET_MUTATIONS", 3000);
    private static readonly int Seed = Setting("RESNET_NET_MUTATION_SEED", 17);

    [Fact]
    public async Task MutatedRequests_AreAllAnswered_WithoutInternalErrors()
    {
        await using ServerHost host = await ServerHost.StartAsync();
        int[] statuses = new int[1000];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            new ParallelOptions { MaxDegreeOfParallelism = Connections },
            async (i, token) =>
            {
                Mutation mutation = new(Seed + i);
                using HttpRequestMessage request = mutation.Create();
                using HttpResponseMessage response = await host.Http.SendAsync(request, token);
                string text = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(token));
                Interlocked.Increment(ref statuses[(int)response.StatusCode]);
                ((int)response.StatusCode).Should().BeLessThan(500, "seed {0}: {1}", Seed + i, text);
                text.Should().NotContain("   at ");
            });

        log.WriteLine(string.Join(", ", statuses.Index().Where(s => s.Item > 0).Select(s => $"{s.Index}: {s.Item}")));
        statuses[(int)HttpStatusCode.OK].Should().BePositive();
        statuses[(int)HttpStatusCode.BadRequest].Should().BePositive();
        host.Application.Services.GetRequiredService<MemoryBudget>().Used.Should().Be(0);
        host.QueueLength.Should().Be(0);
        host.Logs.Of("RequestFailed").Should().BeEmpty();
        (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task MutatedGrpcMessages_AreAllAnswered_WithoutInternalErrors()
    {
        await using ServerHost host = await ServerHost.StartAsync();
        byte[][] valid =
        [
            GrpcClient.Request(true, Images.Cat).ToByteArray(),
            GrpcClient.Request(false, Images.Cat, Images.Ship).ToByteArray(),
        ];
        for (int i = 0; i < Count / 10; i++)
        {
            Random random = new(Seed + i);
            ModelInferRequest request;
            try
            {
                request = ModelInferRequest.Parser.ParseFrom(Mutation.Mutate(valid[i % valid.Length], random));
            }
            catch (InvalidProtocolBufferException)
            {
                continue;
            }

            try
            {
                _ = await host.InferAsync(request);
            }
            catch (Grpc.Core.RpcException exception)
            {
                exception.StatusCode.Should().BeOneOf(
                    [Grpc.Core.StatusCode.InvalidArgument, Grpc.Core.StatusCode.NotFound], "seed {0}: {1}", Seed + i, exception.Status);
            }
        }

        host.Logs.Of("RequestFailed").Should().BeEmpty();
    }

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    /// <summary>Creates a mutated request.</summary>
    private sealed class Mutation(int seed)
    {
        private static readonly byte[] Tensor = ProtocolHttp.Bytes(Images.Tensor(Images.Cat));

        private static readonly (string Path, byte[] Body, int? HeaderLength)[] Valid =
        [
            Protocol(HttpInferTests.ImageJson(Images.Cat), null),
            Protocol(
                $$"""{"inputs":[{"name":"{{Images.Classifier.InputName}}","datatype":"FP32","shape":[1,3,32,32],"data":[{{
                    ProtocolHttp.Numbers(Images.Tensor(Images.Cat))}}]}]}""",
                null),
            Protocol(
                $$$"""{"id":"1","parameters":{"binary_data_output":true},"inputs":[{"name":"{{{Images.Classifier.InputName
                    }}}","datatype":"FP32","shape":[1,3,32,32],"parameters":{"binary_data_size":{{{Tensor.Length}}}}}]}""",
                Tensor),
            Protocol(
                """{"inputs":[{"name":"image_bytes","datatype":"BYTES","shape":[1],"data":["AAAA"]}],"outputs":"""
                    + """[{"name":"probabilities","parameters":{"classification":3}}]}""",
                null),
            (ProtocolHttp.InferPath, Images.Cat, 0),
            ("/classify?top=3&explain=true&crop=true", Images.Ship, null),
            ("/predictions/cifar10", Images.Ship, null),
        ];

        private static readonly string[] Tokens =
            ["{", "}", "[", "]", "\"", ",", ":", "null", "-1", "1e400", "0", "9223372036854775808", "\\u0000", "true", "[[[[", "image"];

        public HttpRequestMessage Create()
        {
            Random random = new(seed);
            (string path, byte[] body, int? length) = Valid[random.Next(Valid.Length)];
            body = Mutate(body, random);
            if (length is not null && random.Next(3) == 0)
            {
                length = random.Next(-1, body.Length + 10);
            }

            if (random.Next(10) == 0)
            {
                path = path.Replace(path[random.Next(1, path.Length)], (char)random.Next(33, 127)).Replace('#', 'x').Replace('\\', 'x');

                // Two slashes would start the name of a host.
                path = path.StartsWith("//", StringComparison.Ordinal) ? $"/x{path[2..]}" : path;
            }

            HttpRequestMessage request = new(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
            if (length is not null)
            {
                request.Content.Headers.Add("Inference-Header-Content-Length", length.Value.ToString(CultureInfo.InvariantCulture));
            }

            return request;
        }

        /// <summary>Changes bytes, or removes, repeats or inserts parts.</summary>
        public static byte[] Mutate(byte[] body, Random random)
        {
            List<byte> bytes = [.. body];
            for (int changes = random.Next(4); changes > 0 && bytes.Count > 0; changes--)
            {
                // Headers are short, so that half of the changes hit the first bytes.
                int position = random.Next(random.Next(2) == 0 ? Math.Min(200, bytes.Count) : bytes.Count);
                int count = Math.Min(random.Next(1, 20), bytes.Count - position);
                switch (random.Next(5))
                {
                    case 0:
                        bytes[position] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveRange(position, count);
                        break;
                    case 2:
                        bytes.InsertRange(position, bytes.GetRange(position, count));
                        break;
                    case 3:
                        bytes.InsertRange(position, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                        break;
                    default:
                        bytes[position] ^= (byte)(1 << random.Next(8));
                        break;
                }
            }

            return [.. bytes];
        }

        private static (string Path, byte[] Body, int? HeaderLength) Protocol(string json, byte[]? binary)
        {
            byte[] header = Encoding.UTF8.GetBytes(json);
            return (ProtocolHttp.InferPath, [.. header, .. binary ?? []], binary is null ? null : header.Length);
        }
    }
}
