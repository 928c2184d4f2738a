namespace ResNet.Net.Onnx.Internals;

/// <summary>A constant tensor as real numbers, in row-major order.</summary>
internal sealed record Constant(IReadOnlyList<long> Dims, double[] Values)
{
    /// <summary>A matrix with rows and columns exchanged.</summary>
    public Constant Transposed()
    {
        (int rows, int columns) = ((int)Dims[0], (int)Dims[1]);
        double[] transposed = new double[Values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = Values[(row * columns) + column];
            }
        }

        return new Constant([columns, rows], transposed);
    }

    public Constant Scaled(double factor) => factor == 1 ? this : this with { Values = [.. Values.Select(v => v * factor)] };
}
