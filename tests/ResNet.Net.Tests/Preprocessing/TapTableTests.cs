namespace ResNet.Net.Tests;

public class TapTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Set_AnyNumberOfWeights_ReturnsThemPlainAndPacked(int count)
    {
        int[] weights = [.. Enumerable.Range(1, count).Select(i => (i * 611_953) % ((1 << 22) + 1) * (i % 3 == 2 ? -1 : 1))];
        TapTable table = new(new int[3 * TapTable.EntryLength(5)], 5);

        table.Set(1, 7, weights);

        (table.Count, table.Start(1), table.Length(1)).Should().Be((3, 7, count));
        table.Weights(1).ToArray().Should().Equal(weights);
        int[] packed = table.PackedWeights(1).ToArray();
        packed.Should().HaveCount((count + 1) / 2 * 2);
        for (int k = 0; k < packed.Length; k++)
        {
            int upper = packed[k & ~1];
            int lower = packed[k | 1];
            int weight = k % 2 == 0
                ? ((short)upper << TapTable.HalfBits) + (lower & 0x7FF)
                : ((upper >> 16) << TapTable.HalfBits) + (lower >> 16);
            weight.Should().Be(k < count ? weights[k] : 0);
        }
    }
}
