namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies for every operator and opset that an upgraded model computes the same values as before.</summary>
public sealed class OpsetUpgraderOperatorTests
{
    private const float Tolerance = 1e-5f;

    // ONNX Runtime doesn't run older opsets.
    private const long OldestOpset = 7;

    public static TheoryData<string, long> CasesAndTargets
    {
        get
        {
            TheoryData<string, long> data = [];
            foreach ((string name, UpgradeCase upgradeCase) in UpgradeCases.All)
            {
                for (long target = Math.Max(upgradeCase.Model.Opset,
                    OpsetUpgrader.LowestTarget); target <= OpsetUpgrader.HighestTarget; target++)
                {
                    data.Add(name, target);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(CasesAndTargets))]
    public void Upgrade_ModelOfOneOperator_ComputesTheSameValues(string name, long target)
    {
        UpgradeCase upgradeCase = UpgradeCases.All[name];
        OnnxModel upgraded = upgradeCase.Model.Clone();

        OpsetUpgrader.Upgrade(upgraded, target);

        upgraded.Opset.Should().Be(target);
        upgraded.Check().Should().BeEmpty();
        (float[] values, long[] shape) = ModelRun.Of(upgraded, ("x", upgradeCase.Shape, upgradeCase.X));
        float[] expected = upgradeCase.Y ?? ModelRun.Of(upgradeCase.Model, ("x", upgradeCase.Shape, upgradeCase.X)).Values;
        values.Should().HaveSameCount(expected);
        for (int i = 0; i < expected.Length; i++)
        {
            values[i].Should().BeApproximately(expected[i],
                Tolerance, $"element {i} of [{string.Join(", ", values)}] against [{string.Join(", ", expected)}]");
        }

        IReadOnlyList<OnnxDimension> declared = upgradeCase.Model.Graph.Outputs[0].Shape!;
        shape.Should().HaveCount(declared.Count);
        shape.Zip(declared).Should().OnlyContain(p => p.Second.Value == null || p.First == p.Second.Value);
    }

    [Fact]
    public void UpgradeCases_EverySupportedOperator_PassThroughEveryEdit()
    {
        ILookup<string, long> opsets = UpgradeCases.All.Values
            .SelectMany(c => c.Model.Graph.Nodes.Where(n => n.Domain.Length == 0).Select(n => (n.OpType, c.Model.Opset)))
            .ToLookup(n => n.OpType, n => n.Opset);

        foreach ((string opType, int[] history) in KnownOperators.History)
        {
            opsets.Contains(opType).Should().BeTrue($"{opType} needs a case");
            foreach (int opset in history.Where(o => KnownOperators.StepAt(opType, o)!.Edit is not null))
            {
                opsets[opType].Should().Contain(o => o < opset, $"opset {opset} edits {opType}");
            }
        }
    }

    [Fact]
    public void UpgradeCases_WithoutExpectedValues_RunInOnnxRuntime()
        => UpgradeCases.All.Where(c => c.Value.Y is null).Should().OnlyContain(c => c.Value.Model.Opset >= OldestOpset);

    [PythonOnnxFact]
    public async Task Upgrade_EveryCaseToEveryOpset_IsAcceptedByOnnx()
    {
        using TemporaryFolder folder = new();
        List<string> files = [];
        foreach ((string name, UpgradeCase upgradeCase) in UpgradeCases.All)
        {
            long opset = upgradeCase.Model.Opset;
            for (long target = opset; target <= OpsetUpgrader.HighestTarget; target = Math.Max(target + 1, OpsetUpgrader.LowestTarget))
            {
                // ONNX's Python package doesn't know ONNX Runtime's own operators.
                if (upgradeCase.Model.OpsetImports.Count == 1)
                {
                    OnnxModel model = upgradeCase.Model.Clone();
                    _ = target == opset || OpsetUpgrader.Upgrade(model, target) is not null;
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
