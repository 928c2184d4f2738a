namespace ResNet.Net.Onnx.Tests;

/// <summary>Every operator and opset: what an upgraded model computes is what it computed before.</summary>
public sealed class OpsetUpgraderOperatorTests
{
    private const float Tolerance = 1e-5f;

    // Below opset 7 ONNX Runtime runs nothing.
    private const long OldestThatRuns = 7;

    public static TheoryData<string, long> CasesAndTargets
    {
        get
        {
            TheoryData<string, long> data = [];
            foreach ((string name, UpgradeCase one) in UpgradeCases.All)
            {
                for (long target = Math.Max(one.Model.Opset, OpsetUpgrader.LowestTarget); target <= OpsetUpgrader.HighestTarget; target++)
                {
                    data.Add(name, target);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(CasesAndTargets))]
    public void Upgrade_ModelOfOneOperator_ComputesTheSame(string name, long target)
    {
        UpgradeCase one = UpgradeCases.All[name];
        OnnxModel upgraded = one.Model.Clone();

        OpsetUpgrader.Upgrade(upgraded, target);

        upgraded.Opset.Should().Be(target);
        upgraded.Check().Should().BeEmpty();
        (float[] values, long[] shape) = ModelRun.Of(upgraded, ("x", one.Shape, one.X));
        float[] expected = one.Y ?? ModelRun.Of(one.Model, ("x", one.Shape, one.X)).Values;
        values.Should().HaveSameCount(expected);
        for (int i = 0; i < expected.Length; i++)
        {
            values[i].Should().BeApproximately(expected[i], Tolerance, $"element {i} of [{string.Join(", ", values)}] against [{string.Join(", ", expected)}]");
        }

        IReadOnlyList<OnnxDimension> declared = one.Model.Graph.Outputs[0].Shape!;
        shape.Should().HaveCount(declared.Count);
        shape.Zip(declared).Should().OnlyContain(p => p.Second.Value == null || p.First == p.Second.Value);
    }

    [Fact]
    public void Cases_OfOpsetsThatDoNotRun_AreWorkedOutByHand()
        => UpgradeCases.All.Where(c => c.Value.Y is null).Should().OnlyContain(c => c.Value.Model.Opset >= OldestThatRuns);

    [PythonOnnxFact]
    public async Task Upgrade_EveryCaseToEveryOpset_IsAcceptedByOnnx()
    {
        using TemporaryFolder folder = new();
        List<string> files = [];
        foreach ((string name, UpgradeCase one) in UpgradeCases.All)
        {
            for (long target = one.Model.Opset; target <= OpsetUpgrader.HighestTarget; target = Math.Max(target + 1, OpsetUpgrader.LowestTarget))
            {
                // Its Python package knows nothing of ONNX Runtime's own operators.
                if (one.Model.OpsetImports.Count == 1)
                {
                    OnnxModel model = one.Model.Clone();
                    _ = target == one.Model.Opset || OpsetUpgrader.Upgrade(model, target) is not null;
                    files.Add(folder[$"{files.Count} {name} to {target}.onnx"]);
                    model.Save(files[^1]);
                }
            }
        }

        string complaints = await OnnxChecker.ComplaintsAsync(files);

        files.Should().HaveCountGreaterThan(500);
        complaints.Should().BeEmpty();
    }
}
