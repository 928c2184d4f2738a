namespace ResNet.Net.Training.Tests;

public class MatrixProductTests
{
    [Theory]
    [InlineData(16, 1, 16)]
    [InlineData(16, 7, 32)]
    [InlineData(32, 15, 48)]
    [InlineData(48, 17, 16)]
    [InlineData(64, 33, 112)]
    [InlineData(16, 512, 64)]
    public void Add_EitherOrientationOfTheLeftMatrix_EqualsNaiveProduct(int rows, int inner, int columns)
    {
        Random random = new(rows + inner + columns);
        float[] a = Draw(rows * inner);
        float[] b = Draw(inner * columns);
        float[] c = Draw(rows * columns);
        float[] transposed = [.. Enumerable.Range(0, rows * inner).Select(i => a[(i % rows * inner) + (i / rows)])];
        float[] plain = [.. c];
        float[] fromTransposed = [.. c];

        MatrixProduct.Add(a, inner, 1, b, plain, rows, inner, columns);
        MatrixProduct.Add(transposed, 1, rows, b, fromTransposed, rows, inner, columns);

        fromTransposed.Should().Equal(plain);
        for (int i = 0; i < c.Length; i++)
        {
            double expected = c[i];
            for (int k = 0; k < inner; k++)
            {
                expected += (double)a[(i / columns * inner) + k] * b[(k * columns) + (i % columns)];
            }

            plain[i].Should().BeApproximately((float)expected, 2e-6f * inner);
        }

        float[] Draw(int length) => [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    [Theory]
    [InlineData(8, 1, 16)]
    [InlineData(16, 1, 24)]
    public void Add_DimensionIsNotAMultipleOf16_Throws(int rows, int inner, int columns)
    {
        Action add = () => MatrixProduct.Add(new float[1024], inner, 1, new float[1024], new float[1024], rows, inner, columns);

        add.Should().Throw<ArgumentOutOfRangeException>();
    }
}
