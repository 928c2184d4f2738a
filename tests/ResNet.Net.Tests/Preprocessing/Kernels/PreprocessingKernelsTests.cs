using System.Runtime.InteropServices;

namespace ResNet.Net.Tests;

/// <summary>
/// Compares each kernel of each width with the scalar one, for all lengths from 0 to 257 and unaligned starts. Input and output end at a
/// guard page, so that a byte read or written beyond them ends the test run.
/// </summary>
public partial class PreprocessingKernelsTests
{
    private const int MaxLength = 257;

    private static readonly PixelFormat[] FormatsWithoutAlpha =
        [PixelFormat.Gray8, PixelFormat.Rgb24, PixelFormat.Bgr24, PixelFormat.Rgbx32, PixelFormat.Bgrx32];

    private static readonly PreprocessingKernels Scalar = PreprocessingKernels.For(SimdWidth.Scalar);

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void Normalize_EveryLengthAndStart_EqualsScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            using GuardedMemory values = Random(random, start + length);
            using GuardedMemory output = new((start + length) * sizeof(float));
            float[] expected = new float[length];
            (float scale, float offset) = ((float)random.NextDouble(), (float)random.NextDouble() - 2);

            kernels.Normalize(values.Span[start..], output.Floats[start..], scale, offset);
            Scalar.Normalize(values.Span[start..], expected, scale, offset);

            return BitsEqual(output.Floats[start..], expected);
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void NormalizePixels_EveryLengthStartAndLayout_EqualsScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            bool same = true;
            foreach (PixelFormat format in new[] { PixelFormat.Rgb24, PixelFormat.Bgr24, PixelFormat.Rgbx32, PixelFormat.Bgrx32 })
            {
                PixelLayout layout = PixelLayout.Of(format);
                Normalization normalization = new(random.Next(2) == 0 ? PreprocessingProfile.Torchvision : PreprocessingProfile.Caffe2);
                using GuardedMemory pixels = Random(random, start + (length * layout.Size));
                int stride = length + random.Next(3);
                using GuardedMemory output = new((start + (2 * stride) + length) * sizeof(float));
                float[] expected = new float[(2 * stride) + length];
                output.Floats.Clear();

                kernels.NormalizePixels(pixels.Span[start..], layout, output.Floats[start..], stride, normalization);
                Scalar.NormalizePixels(pixels.Span[start..], layout, expected, stride, normalization);

                same &= BitsEqual(output.Floats[start..], expected);
            }

            return same;
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void Flatten_EveryLengthAndStart_EqualsScalarInTheColors(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            using GuardedMemory pixels = Random(random, start + (length * 4));
            using GuardedMemory output = new(start + (length * 4));
            byte[] expected = new byte[length * 4];

            kernels.Flatten(pixels.Span[start..], output.Span[start..]);
            Scalar.Flatten(pixels.Span[start..], expected);

            bool same = true;
            for (int i = 0; i < expected.Length; i++)
            {
                same &= i % 4 == 3 || output.Span[start + i] == expected[i];
            }

            return same;
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void Flatten_EveryValueAndAlpha_EqualsScalar(int bits)
    {
        byte[] pixels = [.. Enumerable.Range(0, 65_536).SelectMany(i => new[] { (byte)i, (byte)i, (byte)i, (byte)(i >> 8) })];
        byte[] actual = new byte[pixels.Length];
        byte[] expected = new byte[pixels.Length];

        PreprocessingKernels.For((SimdWidth)bits).Flatten(pixels, actual);
        Scalar.Flatten(pixels, expected);

        actual.Where((_, i) => i % 4 != 3).Should().Equal(expected.Where((_, i) => i % 4 != 3));
    }

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void WeightedSum_EveryLengthAndStart_EqualsScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            int[] weights = Weights(random, random.Next(1, 12));
            int stride = length + random.Next(40);
            int rowsRead = (weights.Length + 1) / 2 * 2;
            using GuardedMemory rows = Random(random, start + ((rowsRead - 1) * stride) + length);
            using GuardedMemory output = new(start + length);
            byte[] expected = new byte[length];

            TapTable filter = Filter(weights);
            kernels.WeightedSum(rows.Span[start..], stride, filter, 0, output.Span[start..]);
            Scalar.WeightedSum(rows.Span[start..], stride, filter, 0, expected);

            return output.Span[start..].SequenceEqual(expected);
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void WeightedSum_WhiteRows_ReturnsWhite(int bits)
    {
        // With 16384 rows, partial sums wrap, and rounded weights can add up to more than 1.
        foreach (int count in new[] { 1, 2, 3, 7, 1000, 16_384 })
        {
            int[] weights = [.. Enumerable.Repeat((int)((0.5 + (1 << PillowArithmetic.PrecisionBits)) / count) + 1, count)];
            byte[] rows = new byte[(count + 1) * 64];
            rows.AsSpan().Fill(255);
            byte[] output = new byte[64];

            PreprocessingKernels.For((SimdWidth)bits).WeightedSum(rows, 64, Filter(weights), 0, output);

            output.Should().OnlyContain(value => value == 255, $"{count} rows");
        }
    }

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void ResampleColumns_EveryWidthAndFormat_EqualsScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            bool same = true;
            foreach (PixelFormat format in FormatsWithoutAlpha)
            {
                int count = Math.Max(length, 1);
                int sourceWidth = random.Next(1, 400);
                int height = random.Next(1, kernels.RowsPerBlock + 1);
                using GuardedImage image = new(random, sourceWidth, height, format, start, isBottomUp: length % 2 == 1);
                TapTable columns = Columns(random, sourceWidth, count);
                PixelLayout layout = PixelLayout.Of(format);
                int stride = kernels.PlaneStride(count);
                int rowStride = kernels.RowStride(layout.PlaneCount * stride);
                using GuardedMemory output = new(kernels.RowsPerBlock * rowStride);

                kernels.ResampleColumns(image.View, columns, output.Span, stride, rowStride, new PreprocessingScratch());

                byte[] expected = new byte[layout.PlaneCount * count];
                for (int y = 0; y < height; y++)
                {
                    Scalar.ResampleColumns(image.View.Rows(y, 1), columns, expected, count, expected.Length, new PreprocessingScratch());
                    for (int plane = 0; plane < layout.PlaneCount; plane++)
                    {
                        ReadOnlySpan<byte> actual = output.Span.Slice((y * rowStride) + (plane * stride), count);
                        same &= actual.SequenceEqual(expected.AsSpan(plane * count, count));
                    }
                }
            }

            return same;
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void InterpolateColumns_EveryWidthAndFormat_EqualsScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            bool same = true;
            foreach (PixelFormat format in FormatsWithoutAlpha)
            {
                int sourceWidth = random.Next(1, 400);
                using GuardedImage image = new(random, sourceWidth, 1, format, 0);
                int[] indices = [.. Enumerable.Range(0, length).Select(_ => random.Next(sourceWidth)).Order()];
                int[] weights = [.. indices.Select(_ => random.Next(2049)).Select(weight => weight | ((2048 - weight) << 16))];
                float[] fractions = [.. indices.Select(_ => (float)random.NextDouble())];
                int stride = length + start;
                using GuardedMemory shorts = new(3 * stride * sizeof(short));
                using GuardedMemory floats = new(3 * stride * sizeof(float));
                shorts.Span.Clear();
                floats.Span.Clear();
                short[] expectedShorts = new short[3 * stride];
                float[] expectedFloats = new float[3 * stride];

                kernels.InterpolateColumns(image.View, indices, weights, 4, MemoryMarshal.Cast<byte, short>(shorts.Span), stride);
                Scalar.InterpolateColumns(image.View, indices, weights, 4, expectedShorts, stride);
                kernels.InterpolateColumns(image.View, indices, fractions, floats.Floats, stride);
                Scalar.InterpolateColumns(image.View, indices, fractions, expectedFloats, stride);

                same &= MemoryMarshal.Cast<byte, short>(shorts.Span).SequenceEqual(expectedShorts);
                same &= BitsEqual(floats.Floats, expectedFloats);
            }

            return same;
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void InterpolateRows_EveryLengthAndStart_EqualsScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            using GuardedMemory upper = Shorts(random, start + length, 32_641);
            using GuardedMemory lower = Shorts(random, start + length, 32_641);
            using GuardedMemory output = new(start + length);
            byte[] expected = new byte[length];
            short weight = (short)random.Next(2049);
            ReadOnlySpan<short> first = MemoryMarshal.Cast<byte, short>(upper.Span)[start..];
            ReadOnlySpan<short> second = MemoryMarshal.Cast<byte, short>(lower.Span)[start..];

            kernels.InterpolateRows(first, second, weight, (short)(2048 - weight), output.Span[start..]);
            Scalar.InterpolateRows(first, second, weight, (short)(2048 - weight), expected);

            return output.Span[start..].SequenceEqual(expected);
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void AverageRows_EveryLengthAndStart_EqualsScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            using GuardedMemory upper = Shorts(random, start + length, 511);
            using GuardedMemory lower = Shorts(random, start + length, 511);
            using GuardedMemory output = new(start + length);
            byte[] expected = new byte[length];
            ReadOnlySpan<short> first = MemoryMarshal.Cast<byte, short>(upper.Span)[start..];
            ReadOnlySpan<short> second = MemoryMarshal.Cast<byte, short>(lower.Span)[start..];

            kernels.AverageRows(first, second, output.Span[start..]);
            Scalar.AverageRows(first, second, expected);

            return output.Span[start..].SequenceEqual(expected);
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void InterpolateRowsFloat_EveryLengthAndStart_EqualsScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            using GuardedMemory upper = new((start + length) * sizeof(float));
            using GuardedMemory lower = new((start + length) * sizeof(float));
            foreach (ref float value in upper.Floats)
            {
                value = 255 * random.NextSingle();
            }

            foreach (ref float value in lower.Floats)
            {
                value = 255 * random.NextSingle();
            }

            using GuardedMemory output = new((start + length) * sizeof(float));
            float[] expected = new float[length];
            float fraction = random.NextSingle();

            kernels.InterpolateRows(upper.Floats[start..], lower.Floats[start..], fraction, output.Floats[start..], 0.0171f, -2.1f);
            Scalar.InterpolateRows(upper.Floats[start..], lower.Floats[start..], fraction, expected, 0.0171f, -2.1f);

            return BitsEqual(output.Floats[start..], expected);
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void AnyKernel_SpanTooShort_ThrowsWithItsLength(int bits)
    {
        PreprocessingKernels kernels = PreprocessingKernels.For((SimdWidth)bits);
        byte[] bytes = new byte[400];
        short[] shorts = new short[400];
        float[] floats = new float[400];
        Normalization normalization = new(PreprocessingProfile.Torchvision);
        Action[] calls =
        [
            () => kernels.Normalize(bytes, floats.AsSpan(0, 399), 1, 0),
            () => kernels.NormalizePixels(
                bytes.AsSpan(0, 399), PixelLayout.Of(PixelFormat.Rgb24), floats.AsSpan(0, 398), 133, normalization),
            () => kernels.Flatten(bytes, bytes.AsSpan(0, 399)),
            () => kernels.WeightedSum(bytes.AsSpan(0, 399), 100, Filter([1, 2, 3, 4]), 0, bytes.AsSpan(0, 100)),
            () => kernels.InterpolateRows(shorts.AsSpan(0, 399), shorts, 1, 1, bytes),
            () => kernels.AverageRows(shorts, shorts.AsSpan(0, 399), bytes),
            () => kernels.InterpolateRows(floats.AsSpan(0, 399), floats, 0.5f, floats, 1, 0),
            () => kernels.InterpolateColumns(new PixelView(bytes, 133, 1), [0, 1, 2, 3], [1, 1, 1, 1], 4, shorts.AsSpan(0, 203), 100),
            () => kernels.InterpolateColumns(new PixelView(bytes, 133, 1), [0, 1, 2, 3], [1f, 1, 1, 1], floats.AsSpan(0, 203), 100),
            () => kernels.SumAreas(
                new PixelView(bytes, 133, 1), new AreaTable([0, 1, 1, 1, 2, 1, 3, 1], [1, 1, 1, 1], 1), floats.AsSpan(0, 203), 100),
            () => kernels.AddBlocks(new PixelView(bytes, 133, 1), 0, 1, 4, new int[203], 100),
            () => kernels.AddWeighted(floats.AsSpan(0, 399), 1, floats),
            () => kernels.ScaleToBytes(floats.AsSpan(0, 399), 1, bytes),
            () => kernels.ScaleToBytes(new int[399], 1, bytes),
        ];

        foreach (Action call in calls)
        {
            call.Should().Throw<ArgumentOutOfRangeException>().Which.Message.Should().ContainAny("399", "398", "203");
        }
    }

    private static void ForEveryLength(int bits, Func<PreprocessingKernels, Random, int, int, bool> isSame)
    {
        PreprocessingKernels kernels = PreprocessingKernels.For((SimdWidth)bits);
        Random random = new(bits);
        List<string> wrong = [];
        for (int length = 0; length <= MaxLength; length++)
        {
            int start = length % 4;
            if (!isSame(kernels, random, length, start))
            {
                wrong.Add($"length {length} from {start}");
            }
        }

        wrong.Should().BeEmpty();
    }

    private static GuardedMemory Random(Random random, int length)
    {
        GuardedMemory memory = new(length);
        random.NextBytes(memory.Span);
        return memory;
    }

    private static GuardedMemory Shorts(Random random, int length, int limit)
    {
        GuardedMemory memory = new(length * sizeof(short));
        foreach (ref short value in MemoryMarshal.Cast<byte, short>(memory.Span))
        {
            value = (short)random.Next(limit);
        }

        return memory;
    }

    /// <summary>Creates weights with a sum of about 1. Negative ones are small, as those of a bicubic filter.</summary>
    private static int[] Weights(Random random, int count)
    {
        double[] parts = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
        parts[0] += 0.5; // so that the sum is not close to 0
        for (int i = 1; i < count; i += 2)
        {
            parts[i] *= random.Next(2) == 0 ? 1 : -0.1;
        }

        return [.. parts.Select(part => (int)(part / parts.Sum() * (1 << PillowArithmetic.PrecisionBits)))];
    }

    private static TapTable Filter(int[] weights)
    {
        TapTable filter = new(new int[TapTable.EntryLength(weights.Length)], weights.Length);
        filter.Set(0, 0, weights);
        return filter;
    }

    private static TapTable Columns(Random random, int sourceWidth, int count)
    {
        int taps = random.Next(1, 9);
        TapTable table = new(new int[count * TapTable.EntryLength(taps)], taps);
        int start = 0;
        for (int x = 0; x < count; x++)
        {
            // Starts and ends never decrease.
            int minimum = x == 0 ? 0 : Math.Max(table.Start(x - 1) + table.Length(x - 1) - taps, start);
            start = Math.Min(Math.Max(minimum, random.Next(sourceWidth) * x / count), sourceWidth - 1);
            start = Math.Max(start, x == 0 ? 0 : table.Start(x - 1));
            int end = Math.Min(start + taps, sourceWidth);
            table.Set(x, start, Weights(random, end - start));
        }

        return table;
    }

    /// <summary>Compares to the last bit.</summary>
    private static bool BitsEqual(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
        => MemoryMarshal.AsBytes(actual).SequenceEqual(MemoryMarshal.AsBytes(expected));
}
