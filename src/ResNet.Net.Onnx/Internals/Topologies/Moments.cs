namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>
/// How means and variances pass through a layer when channels are independent and normally distributed: what a trained network's
/// BatchNorm statistics record, without running it. Only the four basic operations and the square root, so that every platform gives the same bits.
/// </summary>
internal static class Moments
{
    // How alike a photo's colours, and its neighbouring pixels, are.
    private const double ChannelCorrelation = 0.9;
    private const double PixelCorrelation = 0.95;

    /// <summary>A convolution's output, before a bias.</summary>
    public static Activation Convolve(Activation input, string output, ReadOnlySpan<float> weights, int kernel, int stride, int padding)
    {
        int outputSize = ((input.Size + (2 * padding) - kernel) / stride) + 1;
        int perFilter = input.Channels * kernel * kernel;
        int filters = weights.Length / perFilter;
        double[] mean = new double[filters];
        double[] variance = new double[filters];
        double[] share = InsideShare(input.Size, outputSize, kernel, stride, padding);
        double[]? correlation = input.IsPicture ? PictureCorrelation(input.Channels, kernel) : null;
        int taps = kernel * kernel;
        for (int filter = 0; filter < filters; filter++)
        {
            ReadOnlySpan<float> filterWeights = weights.Slice(filter * perFilter, perFilter);
            double filterMean = 0;
            double filterVariance = 0;
            for (int channel = 0; channel < input.Channels; channel++)
            {
                double sum = 0;
                double squares = 0;
                for (int tap = 0; tap < taps; tap++)
                {
                    double weight = filterWeights[(channel * taps) + tap];
                    sum += weight * share[tap];
                    squares += weight * weight * share[tap];
                }

                filterMean += sum * input.Mean[channel];
                filterVariance += squares * input.Variance[channel];
            }

            mean[filter] = filterMean;
            variance[filter] = correlation is null ? filterVariance : QuadraticForm(filterWeights, correlation);
        }

        return new Activation(output, outputSize, mean, variance);
    }

    /// <summary>Every channel times a factor, plus an offset.</summary>
    public static Activation Scale(Activation input, string output, Func<int, double> factor, Func<int, double> offset) => input with
    {
        Name = output,
        Mean = [.. input.Mean.Select((m, c) => (m * factor(c)) + offset(c))],
        Variance = [.. input.Variance.Select((v, c) => v * factor(c) * factor(c))],
    };

    /// <summary>What a ReLU leaves of a normal distribution.</summary>
    public static Activation Rectify(Activation input, string output)
    {
        double[] mean = new double[input.Channels];
        double[] variance = new double[input.Channels];
        for (int c = 0; c < mean.Length; c++)
        {
            double deviation = Math.Sqrt(input.Variance[c]);
            double t = deviation > 0 ? input.Mean[c] / deviation : 0;
            (double density, double probability) = Normal(t);
            mean[c] = (input.Mean[c] * probability) + (deviation * density);
            double square = (((input.Mean[c] * input.Mean[c]) + input.Variance[c]) * probability) + (input.Mean[c] * deviation * density);
            variance[c] = Math.Max(square - (mean[c] * mean[c]), 0);
        }

        return new Activation(output, input.Size, mean, variance);
    }

    public static Activation Add(Activation left, Activation right, string output) => new(
        output,
        left.Size,
        [.. left.Mean.Zip(right.Mean, (a, b) => a + b)],
        [.. left.Variance.Zip(right.Variance, (a, b) => a + b)]);

    /// <summary>The largest of nine neighbours, which are alike: measured on photos, about half a deviation above their mean.</summary>
    public static Activation Maximum(Activation input, string output, int size) => new(
        output,
        size,
        [.. input.Mean.Zip(input.Variance, (m, v) => m + (0.5 * Math.Sqrt(v)))],
        input.Variance);

    /// <summary>A map's mean: of the variance, the part in which whole pictures differ is left, about a tenth of it.</summary>
    public static Activation Average(Activation input, string output) => new(output, 1, input.Mean, [.. input.Variance.Select(v => 0.1 * v)]);

    /// <summary>The density and the distribution function of the standard normal distribution.</summary>
    public static (double Density, double Probability) Normal(double t)
    {
        // Beyond that, the density adds nothing to a float.
        double x = Math.Clamp(t, -8, 8);

        // e^y = (1 + y / 2^20)^(2^20)
        double power = 1 - (x * x / 2 / (1 << 20));
        for (int i = 0; i < 20; i++)
        {
            power *= power;
        }

        // Abramowitz and Stegun, 26.2.17.
        double density = 0.3989422804014327 * power;
        double k = 1 / (1 + (0.2316419 * Math.Abs(x)));
        double tail = density * k * (0.319381530 + (k * (-0.356563782 + (k * (1.781477937 + (k * (-1.821255978 + (k * 1.330274429))))))));
        return (density, x < 0 ? tail : 1 - tail);
    }

    /// <summary>For each position in the kernel, the share of outputs for which it lies inside the map and not in the padding.</summary>
    private static double[] InsideShare(int inputSize, int outputSize, int kernel, int stride, int padding)
    {
        double[] line = new double[kernel];
        for (int k = 0; k < kernel; k++)
        {
            for (int o = 0; o < outputSize; o++)
            {
                int position = (o * stride) + k - padding;
                line[k] += position >= 0 && position < inputSize ? 1.0 / outputSize : 0;
            }
        }

        return [.. line.SelectMany(y => line.Select(x => y * x))];
    }

    private static double[] PictureCorrelation(int channels, int kernel)
    {
        int taps = kernel * kernel;
        int length = channels * taps;
        double[] powers = new double[(2 * kernel) - 1];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * PixelCorrelation;
        }

        double[] correlation = new double[length * length];
        for (int a = 0; a < length; a++)
        {
            for (int b = 0; b < length; b++)
            {
                (int ya, int xa, int yb, int xb) = (a % taps / kernel, a % kernel, b % taps / kernel, b % kernel);
                correlation[(a * length) + b] = powers[Math.Abs(ya - yb) + Math.Abs(xa - xb)] * (a / taps == b / taps ? 1 : ChannelCorrelation);
            }
        }

        return correlation;
    }

    private static double QuadraticForm(ReadOnlySpan<float> vector, double[] matrix)
    {
        double sum = 0;
        for (int a = 0; a < vector.Length; a++)
        {
            double row = 0;
            for (int b = 0; b < vector.Length; b++)
            {
                row += matrix[(a * vector.Length) + b] * vector[b];
            }

            sum += vector[a] * row;
        }

        return sum;
    }
}
