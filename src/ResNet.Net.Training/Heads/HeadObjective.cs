using System.Numerics.Tensors;

namespace ResNet.Net.Training;

/// <summary>
/// Computes the loss of a head and its gradient: the weighted mean cross-entropy in nats plus <c>L2 / 2</c> times the sum of the squared
/// weights, without biases. Rows are divided into parts that depend on their number only, so the result is the same on any number of
/// threads.
/// </summary>
internal sealed class HeadObjective
{
    private const int MaxParts = 32;

    private readonly TrainingSet _set;
    private readonly Standardization _standardization;
    private readonly LossWeights _weights;
    private readonly int _threads;
    private readonly Part[] _parts;
    private readonly float[] _parameters;
    private readonly float[] _outputWeights;

    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="set">The features and classes.</param>
    /// <param name="images">The images that count, with all their views.</param>
    /// <param name="standardization">The standardization of the features.</param>
    /// <param name="hiddenUnits">The number of hidden units; 0 for a linear head.</param>
    /// <param name="weighting">The weights of the classes.</param>
    /// <param name="threads">The maximum number of threads.</param>
    public HeadObjective(
        TrainingSet set,
        IReadOnlyList<int> images,
        Standardization standardization,
        int hiddenUnits,
        ClassWeighting weighting,
        int threads)
    {
        _set = set;
        _standardization = standardization;
        _weights = new LossWeights(set, images, weighting);
        _threads = threads;
        Network = new HeadNetwork(set.Features.Columns, hiddenUnits, set.ClassCount);
        Rows = new int[images.Count * set.ViewsPerImage];
        for (int i = 0; i < Rows.Length; i++)
        {
            Rows[i] = (images[i / set.ViewsPerImage] * set.ViewsPerImage) + (i % set.ViewsPerImage);
        }

        _parts = [.. Enumerable.Range(0, Math.Min(MaxParts, Blocks(Rows.Length))).Select(_ => new Part(Network))];
        _parameters = new float[Network.ParameterCount];
        _outputWeights = new float[hiddenUnits > 0 ? Network.PaddedHidden * Network.PaddedOutputs : 0];
    }

    public HeadNetwork Network { get; }

    public bool IsMultiLabel => _set.IsMultiLabel;

    /// <summary>Gets the rows of the images.</summary>
    public int[] Rows { get; }

    /// <summary>Gets or sets the strength of the L2 penalty.</summary>
    public double L2 { get; set; }

    /// <summary>Computes the loss of all rows.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradient">Receives the gradient.</param>
    /// <returns>The loss.</returns>
    public double Evaluate(double[] parameters, double[] gradient) => Evaluate(parameters, gradient, Rows);

    /// <summary>Computes the loss of some rows.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradient">Receives the gradient.</param>
    /// <param name="rows">The rows.</param>
    /// <returns>The loss.</returns>
    public double Evaluate(double[] parameters, double[] gradient, ReadOnlyMemory<int> rows)
    {
        TensorPrimitives.ConvertSaturating<double, float>(parameters, _parameters);
        TransposeOutputWeights();
        int blocks = Blocks(rows.Length);
        int parts = Math.Min(_parts.Length, blocks);
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = _threads }, part =>
        {
            int start = (int)((long)blocks * part / parts) * BlockPass.Rows;
            int end = (int)((long)blocks * (part + 1) / parts) * BlockPass.Rows;
            Run(_parts[part], rows.Span[start..Math.Min(end, rows.Length)]);
        });
        double loss = 0;
        Array.Clear(gradient);
        for (int part = 0; part < parts; part++)
        {
            loss += _parts[part].Loss;
            if (part > 0)
            {
                TensorPrimitives.Add(_parts[0].Gradient, _parts[part].Gradient, _parts[0].Gradient);
            }
        }

        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] = (double)_parts[0].Gradient[i] / rows.Length;
        }

        return (loss / rows.Length) + Penalty(parameters, gradient);
    }

    private static int Blocks(int rows) => (rows + BlockPass.Rows - 1) / BlockPass.Rows;

    private double Penalty(double[] parameters, double[] gradient)
    {
        double squares = 0;
        foreach (Range range in (Range[])[Network.OutputWeights, Network.HiddenWeights])
        {
            ReadOnlySpan<double> weights = parameters.AsSpan(range);
            squares += TensorPrimitives.SumOfSquares(weights);
            TensorPrimitives.MultiplyAdd(weights, L2, gradient.AsSpan(range), gradient.AsSpan(range));
        }

        return L2 / 2 * squares;
    }

    private void TransposeOutputWeights()
    {
        if (_outputWeights.Length > 0)
        {
            ReadOnlySpan<float> weights = _parameters.AsSpan(Network.OutputWeights);
            for (int i = 0; i < weights.Length; i++)
            {
                _outputWeights[(i % Network.PaddedOutputs * Network.PaddedHidden) + (i / Network.PaddedOutputs)] = weights[i];
            }
        }
    }

    private void Run(Part part, ReadOnlySpan<int> rows)
    {
        part.Loss = 0;
        Array.Clear(part.Gradient);
        BlockPass pass = part.Pass;
        for (int start = 0; start < rows.Length; start += BlockPass.Rows)
        {
            ReadOnlySpan<int> block = rows[start..Math.Min(start + BlockPass.Rows, rows.Length)];
            for (int i = 0; i < block.Length; i++)
            {
                _standardization.Apply(_set.Features[block[i]], pass.Input(i));
            }

            pass.Forward(_parameters);
            for (int i = 0; i < block.Length; i++)
            {
                part.Loss += _weights.Differentiate(pass.Output(i), block[i] / _set.ViewsPerImage, part.Row);
            }

            // Padded outputs have zero weights and no derivative; unused rows must not have one either.
            pass.Logits.AsSpan(block.Length * Network.PaddedOutputs).Clear();
            pass.Backward(_outputWeights, part.Gradient);
        }
    }

    /// <summary>Holds the memory of a part of the rows.</summary>
    private sealed class Part(HeadNetwork network)
    {
        public BlockPass Pass { get; } = new(network);

        public float[] Gradient { get; } = new float[network.ParameterCount];

        public float[] Row { get; } = new float[network.Outputs];

        public double Loss { get; set; }
    }
}
