namespace ResNet.Net.Onnx.Tests;

public sealed class CopyBudgetTests
{
    [Fact]
    public void TryTake_SharedConstants_AreCopiedUpToOneGibibyte()
    {
        const long Half = 1L << 29;
        CopyBudget budget = new();

        budget.TryTake("a", 10 * Half).Should().BeTrue("the file has it too");
        budget.TryTake("a", Half).Should().BeTrue();
        budget.TryTake("b", 10 * Half).Should().BeTrue();
        budget.TryTake("b", Half).Should().BeTrue();
        budget.TryTake("a", 1).Should().BeFalse();
        budget.TryTake("c", 1).Should().BeTrue();
    }
}
