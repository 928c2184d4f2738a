namespace ResNet.Net;

/// <summary>The kernels in vectors of any width: one text, compiled once a width.</summary>
/// <remarks>Optimized at the first call: vectors that the runtime's first, quick compilation makes are slower than scalar code, and it keeps that for thirty calls.</remarks>
internal sealed unsafe partial class SimdKernels<TSimd, TVector> : PreprocessingKernels
    where TSimd : ISimd<TVector>
    where TVector : struct
{
    /// <summary>A tile's side: the bytes of a lane.</summary>
    private const int Side = 16;

    public override int RowsAtOnce => TSimd.Size;

    public override int PlaneStride(int width) => checked(width + Side - 1) & -Side;

    public override int RowStride(int planes) => checked(planes + TSimd.Size - 1) & -TSimd.Size;
}
