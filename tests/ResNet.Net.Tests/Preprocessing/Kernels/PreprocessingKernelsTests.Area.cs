using System.Runtime.InteropServices;

namespace ResNet.Net.Tests;

public partial class PreprocessingKernelsTests
{
    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void SumAreas_EveryWidthAndFormat_EqualsScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            bool same = true;
            foreach (PixelFormat format in FormatsWithoutAlpha)
            {
                int count = Math.Max(length, 1);
                int sourceWidth = count + random.Next(3 * count);
                using GuardedImage image = new(random, sourceWidth, 1, format, 0);
                double scale = OpenCvTap.Scale(sourceWidth, count);
                int taps = AreaTable.MaxTaps(scale);
                AreaTable columns = new(new int[2 * count], new float[count * taps], taps);
                columns.Fill(0, sourceWidth, scale);
                int stride = count + start;
                using GuardedMemory output = new(3 * stride * sizeof(float));
                output.Span.Clear();
                float[] expected = new float[3 * stride];

                kernels.SumAreas(image.View, columns, output.Floats, stride);
                Scalar.SumAreas(image.View, columns, expected, stride);

                same &= BitsEqual(output.Floats, expected);
            }

            return same;
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void AddBlocks_EveryWidthAndFormat_EqualsScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            bool same = true;
            foreach (PixelFormat format in FormatsWithoutAlpha)
            {
                int blockLength = random.Next(1, 9);
                using GuardedImage image = new(random, Math.Max(start + (length * blockLength), 1), 1, format, 0);
                int stride = length + start;
                using GuardedMemory output = new(Math.Max(3 * stride, 1) * sizeof(int));
                Span<int> sums = MemoryMarshal.Cast<byte, int>(output.Span);
                sums.Fill(7);
                int[] expected = sums.ToArray();

                kernels.AddBlocks(image.View, start, blockLength, length, sums, stride);
                Scalar.AddBlocks(image.View, start, blockLength, length, expected, stride);

                same &= sums.SequenceEqual(expected);
            }

            return same;
        });

    [Theory]
    [MemberData(nameof(SimdWidths.Vectors), MemberType = typeof(SimdWidths))]
    public void AddWeightedAndScaleToBytes_EveryLengthAndStart_EqualScalar(int bits)
        => ForEveryLength(bits, (kernels, random, length, start) =>
        {
            using GuardedMemory values = new((start + length) * sizeof(float));
            using GuardedMemory sums = new((start + length) * sizeof(float));
            using GuardedMemory output = new(start + length);
            using GuardedMemory integers = new((start + length) * sizeof(int));
            for (int i = 0; i < start + length; i++)
            {
                values.Floats[i] = random.Next(-40, 600) / 2f; // halves, and values beyond a byte
                sums.Floats[i] = 255 * random.NextSingle();
                MemoryMarshal.Cast<byte, int>(integers.Span)[i] = random.Next(9 * 255 * 2);
            }

            float[] expectedSums = sums.Floats[start..].ToArray();
            byte[] expected = new byte[length];
            byte[] expectedOfIntegers = new byte[length];
            float weight = random.NextSingle();
            ReadOnlySpan<int> numbers = MemoryMarshal.Cast<byte, int>(integers.Span)[start..];

            kernels.AddWeighted(values.Floats[start..], weight, sums.Floats[start..]);
            Scalar.AddWeighted(values.Floats[start..], weight, expectedSums);
            bool same = BitsEqual(sums.Floats[start..], expectedSums);

            kernels.ScaleToBytes(values.Floats[start..], 1, output.Span[start..]);
            Scalar.ScaleToBytes(values.Floats[start..], 1, expected);
            same &= output.Span[start..].SequenceEqual(expected);

            kernels.ScaleToBytes(numbers, 1f / 9, output.Span[start..]);
            Scalar.ScaleToBytes(numbers, 1f / 9, expectedOfIntegers);
            return same && output.Span[start..].SequenceEqual(expectedOfIntegers);
        });
}
