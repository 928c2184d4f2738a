using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ResNet.Net.Training;

/// <summary>Multiplies small matrices with register-tiled SIMD kernels, which sum in the order of the inner dimension.</summary>
/// <remarks>Training ends before the runtime would optimize the kernels by itself.</remarks>
internal static unsafe class MatrixProduct
{
    /// <summary>The number that rows and columns must be multiples of.</summary>
    public const int Multiple = 16;

    /// <summary>Rounds a length up to a multiple of <see cref="Multiple"/>.</summary>
    public static int Pad(int length) => (length + Multiple - 1) / Multiple * Multiple;

    /// <summary>Computes <c>c += a b</c>.</summary>
    /// <param name="a">The left matrix <c>[rows, inner]</c>; its strides allow a transposed one.</param>
    /// <param name="rowStride">The distance between two rows of <paramref name="a"/>.</param>
    /// <param name="innerStride">The distance between two columns of <paramref name="a"/>.</param>
    /// <param name="b">The right matrix <c>[inner, columns]</c>, row after row.</param>
    /// <param name="c">The sum <c>[rows, columns]</c>, row after row.</param>
    /// <param name="rows">The number of rows, a multiple of <see cref="Multiple"/>.</param>
    /// <param name="inner">The length of the inner dimension.</param>
    /// <param name="columns">The number of columns, a multiple of <see cref="Multiple"/>.</param>
    public static void Add(
        ReadOnlySpan<float> a, int rowStride, int innerStride, ReadOnlySpan<float> b, Span<float> c, int rows, int inner, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows % Multiple, 0, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfNotEqual(columns % Multiple, 0, nameof(columns));
        if (rows == 0 || inner == 0 || columns == 0)
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(a.Length, ((rows - 1) * rowStride) + ((inner - 1) * innerStride) + 1, nameof(a));
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, inner * columns, nameof(b));
        ArgumentOutOfRangeException.ThrowIfLessThan(c.Length, rows * columns, nameof(c));
        fixed (float* left = a, right = b, sum = c)
        {
            for (int column = 0; column < columns;)
            {
                int width = Vector512.IsHardwareAccelerated && columns - column >= 32 ? 32 : 16;
                for (int row = 0; row < rows;)
                {
                    float* from = left + ((nint)row * rowStride);
                    float* to = sum + ((nint)row * columns) + column;
                    if (width == 32)
                    {
                        Add8x32(from, rowStride, innerStride, right + column, to, inner, columns);
                        row += 8;
                    }
                    else if (Vector512.IsHardwareAccelerated)
                    {
                        Add8x16(from, rowStride, innerStride, right + column, to, inner, columns);
                        row += 8;
                    }
                    else
                    {
                        Add4x16(from, rowStride, innerStride, right + column, to, inner, columns);
                        row += 4;
                    }
                }

                column += width;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add8x32(float* a, nint rowStride, nint innerStride, float* b, float* c, int inner, nint columns)
    {
        Vector512<float> c00 = Vector512.Load(c), c01 = Vector512.Load(c + 16);
        Vector512<float> c10 = Vector512.Load(c + columns), c11 = Vector512.Load(c + columns + 16);
        Vector512<float> c20 = Vector512.Load(c + (2 * columns)), c21 = Vector512.Load(c + (2 * columns) + 16);
        Vector512<float> c30 = Vector512.Load(c + (3 * columns)), c31 = Vector512.Load(c + (3 * columns) + 16);
        Vector512<float> c40 = Vector512.Load(c + (4 * columns)), c41 = Vector512.Load(c + (4 * columns) + 16);
        Vector512<float> c50 = Vector512.Load(c + (5 * columns)), c51 = Vector512.Load(c + (5 * columns) + 16);
        Vector512<float> c60 = Vector512.Load(c + (6 * columns)), c61 = Vector512.Load(c + (6 * columns) + 16);
        Vector512<float> c70 = Vector512.Load(c + (7 * columns)), c71 = Vector512.Load(c + (7 * columns) + 16);
        float* middle = a + (4 * rowStride);
        nint triple = 3 * rowStride;
        for (int i = 0; i < inner; i++)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16);
            Vector512<float> value = Vector512.Create(*a);
            c00 = Vector512.FusedMultiplyAdd(value, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(value, b1, c01);
            value = Vector512.Create(a[rowStride]);
            c10 = Vector512.FusedMultiplyAdd(value, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(value, b1, c11);
            value = Vector512.Create(a[2 * rowStride]);
            c20 = Vector512.FusedMultiplyAdd(value, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(value, b1, c21);
            value = Vector512.Create(a[triple]);
            c30 = Vector512.FusedMultiplyAdd(value, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(value, b1, c31);
            value = Vector512.Create(*middle);
            c40 = Vector512.FusedMultiplyAdd(value, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(value, b1, c41);
            value = Vector512.Create(middle[rowStride]);
            c50 = Vector512.FusedMultiplyAdd(value, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(value, b1, c51);
            value = Vector512.Create(middle[2 * rowStride]);
            c60 = Vector512.FusedMultiplyAdd(value, b0, c60);
            c61 = Vector512.FusedMultiplyAdd(value, b1, c61);
            value = Vector512.Create(middle[triple]);
            c70 = Vector512.FusedMultiplyAdd(value, b0, c70);
            c71 = Vector512.FusedMultiplyAdd(value, b1, c71);
            a += innerStride;
            middle += innerStride;
            b += columns;
        }

        Store(c, c00, c01);
        Store(c + columns, c10, c11);
        Store(c + (2 * columns), c20, c21);
        Store(c + (3 * columns), c30, c31);
        Store(c + (4 * columns), c40, c41);
        Store(c + (5 * columns), c50, c51);
        Store(c + (6 * columns), c60, c61);
        Store(c + (7 * columns), c70, c71);

        static void Store(float* target, Vector512<float> first, Vector512<float> second)
        {
            first.Store(target);
            second.Store(target + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add8x16(float* a, nint rowStride, nint innerStride, float* b, float* c, int inner, nint columns)
    {
        Vector512<float> c0 = Vector512.Load(c), c1 = Vector512.Load(c + columns);
        Vector512<float> c2 = Vector512.Load(c + (2 * columns)), c3 = Vector512.Load(c + (3 * columns));
        Vector512<float> c4 = Vector512.Load(c + (4 * columns)), c5 = Vector512.Load(c + (5 * columns));
        Vector512<float> c6 = Vector512.Load(c + (6 * columns)), c7 = Vector512.Load(c + (7 * columns));
        for (int i = 0; i < inner; i++)
        {
            Vector512<float> value = Vector512.Load(b);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(*a), value, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[rowStride]), value, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2 * rowStride]), value, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3 * rowStride]), value, c3);
            c4 = Vector512.FusedMultiplyAdd(Vector512.Create(a[4 * rowStride]), value, c4);
            c5 = Vector512.FusedMultiplyAdd(Vector512.Create(a[5 * rowStride]), value, c5);
            c6 = Vector512.FusedMultiplyAdd(Vector512.Create(a[6 * rowStride]), value, c6);
            c7 = Vector512.FusedMultiplyAdd(Vector512.Create(a[7 * rowStride]), value, c7);
            a += innerStride;
            b += columns;
        }

        c0.Store(c);
        c1.Store(c + columns);
        c2.Store(c + (2 * columns));
        c3.Store(c + (3 * columns));
        c4.Store(c + (4 * columns));
        c5.Store(c + (5 * columns));
        c6.Store(c + (6 * columns));
        c7.Store(c + (7 * columns));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add4x16(float* a, nint rowStride, nint innerStride, float* b, float* c, int inner, nint columns)
    {
        Vector256<float> c00 = Vector256.Load(c), c01 = Vector256.Load(c + 8);
        Vector256<float> c10 = Vector256.Load(c + columns), c11 = Vector256.Load(c + columns + 8);
        Vector256<float> c20 = Vector256.Load(c + (2 * columns)), c21 = Vector256.Load(c + (2 * columns) + 8);
        Vector256<float> c30 = Vector256.Load(c + (3 * columns)), c31 = Vector256.Load(c + (3 * columns) + 8);
        for (int i = 0; i < inner; i++)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> value = Vector256.Create(*a);
            c00 = Vector256.MultiplyAddEstimate(value, b0, c00);
            c01 = Vector256.MultiplyAddEstimate(value, b1, c01);
            value = Vector256.Create(a[rowStride]);
            c10 = Vector256.MultiplyAddEstimate(value, b0, c10);
            c11 = Vector256.MultiplyAddEstimate(value, b1, c11);
            value = Vector256.Create(a[2 * rowStride]);
            c20 = Vector256.MultiplyAddEstimate(value, b0, c20);
            c21 = Vector256.MultiplyAddEstimate(value, b1, c21);
            value = Vector256.Create(a[3 * rowStride]);
            c30 = Vector256.MultiplyAddEstimate(value, b0, c30);
            c31 = Vector256.MultiplyAddEstimate(value, b1, c31);
            a += innerStride;
            b += columns;
        }

        c00.Store(c);
        c01.Store(c + 8);
        c10.Store(c + columns);
        c11.Store(c + columns + 8);
        c20.Store(c + (2 * columns));
        c21.Store(c + (2 * columns) + 8);
        c30.Store(c + (3 * columns));
        c31.Store(c + (3 * columns) + 8);
    }
}
