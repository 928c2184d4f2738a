using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>Tests synthetic models with archives in the layout of the zoo.</summary>
public class GoldenTestSyntheticTests
{
    [Theory]
    [InlineData("resnet18-v1-7")]
    [InlineData("resnet18-v2-7")]
    public async Task RunAsync_SyntheticModel_AgreesWithOtherKernelsAndDetectsChanges(string id)
    {
        ResNetVariant like = ResNetVariant.Parse(id);
        byte[] model = ZooModels.Build(id, seed: 3).ToArray();
        using GoldenStore store = new();
        TarGzBuilder tar = new TarGzBuilder().Add("resnet/", type: TarGzBuilder.Folder).Add($"resnet/{like.Files[0].Name}", model);
        SessionSettings settings = new() { IntraOpThreads = 1, Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using (OrtSession plain = OrtSession.FromMemory(model, id, settings))
        {
            for (int set = 0; set < 3; set++)
            {
                (float[] input, float[] scores) = RunPlain(plain, like, set);
                if (set == 2)
                {
                    // 1.5 times the tolerance.
                    scores[500] += 1.5f * ((1e-3f * Math.Abs(scores[500])) + (1e-4f * scores.Max(Math.Abs)));
                }

                tar.Add($"resnet/test_data_set_{set}/input_0.pb", OnnxTensor.Create(like.InputName, [1, 3, 224, 224], input).Serialize());
                tar.Add($"resnet/test_data_set_{set}/output_0.pb", OnnxTensor.Create(like.OutputName, [1, 1000], scores).Serialize());
            }
        }

        byte[] archive = tar.Build();
        ResNetVariant variant = GoldenStore.VariantOf(model, like) with { TestData = GoldenStore.TestDataOf(archive) };
        store.Add(variant, variant.Files[0].Name, model);
        store.Add(variant, variant.TestData!.Name, archive);

        GoldenReport report = await GoldenTest.RunAsync(variant, options: new() { Store = store.Open(variant) });

        report.Results.Select(r => (r.Dataset, r.Passed))
            .Should().Equal(("resnet/test_data_set_0", true), ("resnet/test_data_set_1", true), ("resnet/test_data_set_2", false));
        report.Results[2].Failure.Should().Contain("element 500 ");
        report.Results.Take(2).Should().OnlyContain(r => r.Top1Agrees && r.MaxDifference > 0 && r.MaxRelativeDifference < 1e-5);
    }

    private static (float[] Input, float[] Scores) RunPlain(OrtSession session, ResNetVariant variant, int seed)
    {
        Random random = new(seed);
        float[] input = [.. Enumerable.Range(0, 3 * 224 * 224).Select(_ => (random.NextSingle() * 4) - 2)];
        using AlignedBuffer buffer = new(input.Length);
        input.CopyTo(buffer.Span);
        using OrtValue tensor = buffer.CreateTensor([1, 3, 224, 224]);
        return (input, session.RunToArray([new NamedTensor(variant.InputName, tensor)], variant.OutputName).Values);
    }
}
