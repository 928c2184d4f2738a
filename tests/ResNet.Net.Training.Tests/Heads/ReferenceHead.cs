namespace ResNet.Net.Training.Tests;

/// <summary>Computes the loss of a head in double precision with plain loops, independently of the library.</summary>
internal sealed class ReferenceHead
{
    private readonly TrainingSet _set;
    private readonly int _hidden;
    private readonly double _l2;
    private readonly double[] _rows;

    public ReferenceHead(TrainingSet set, int hidden, double l2)
    {
        (_set, _hidden, _l2) = (set, hidden, l2);
        int columns = set.Features.Columns;
        int count = set.Features.Rows;
        _rows = [.. set.Features.Values.Select(value => (double)value)];
        for (int column = 0; column < columns; column++)
        {
            double[] feature = [.. Enumerable.Range(0, count).Select(row => (double)set.Features[row][column])];
            double mean = feature.Average();
            double deviation = Math.Sqrt(feature.Average(value => (value - mean) * (value - mean)));
            for (int row = 0; row < count; row++)
            {
                _rows[(row * columns) + column] = deviation > 0 ? (feature[row] - mean) / deviation : 0;
            }
        }
    }

    private int Inputs => _set.Features.Columns;

    private int Outputs => _set.ClassCount;

    /// <summary>Gets the number of parameters: per layer the weights [outputs, inputs], then the bias.</summary>
    public int Length => _hidden > 0 ? ((Inputs + 1) * _hidden) + ((_hidden + 1) * Outputs) : (Inputs + 1) * Outputs;

    public double[] Logits(double[] parameters, int row)
    {
        double[] inputs = _rows[(row * Inputs)..((row + 1) * Inputs)];
        int start = 0;
        if (_hidden > 0)
        {
            inputs = [.. Layer(parameters, inputs, 0, _hidden).Select(value => Math.Max(value, 0))];
            start = (Inputs + 1) * _hidden;
        }

        return Layer(parameters, inputs, start, Outputs);
    }

    public double Loss(double[] parameters, Func<int, int, double>? weight = null)
    {
        double sum = 0;
        for (int row = 0; row < _set.Features.Rows; row++)
        {
            double[] logits = Logits(parameters, row);
            IReadOnlyList<int> classes = _set.Classes[row / _set.ViewsPerImage];
            if (_set.IsMultiLabel)
            {
                for (int i = 0; i < Outputs; i++)
                {
                    double probability = 1 / (1 + Math.Exp(-logits[i]));
                    bool member = classes.Contains(i);
                    sum -= (weight?.Invoke(i, member ? 1 : 0) ?? 1) * Math.Log(member ? probability : 1 - probability);
                }
            }
            else
            {
                double probability = Math.Exp(logits[classes[0]]) / logits.Sum(Math.Exp);
                sum -= (weight?.Invoke(classes[0], 1) ?? 1) * Math.Log(probability);
            }
        }

        return (sum / _set.Features.Rows) + (_l2 / 2 * Weights(parameters).Sum(value => value * value));
    }

    /// <summary>Minimizes the loss of a linear softmax with gradient descent and Nesterov's momentum.</summary>
    public double[] Minimize(int iterations, double rate)
    {
        double[] parameters = new double[Length];
        double[] previous = new double[Length];
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            double factor = iteration / (iteration + 3.0);
            double[] ahead = [.. parameters.Zip(previous, (now, before) => now + (factor * (now - before)))];
            double[] gradient = Gradient(ahead);
            (previous, parameters) = (parameters, [.. ahead.Zip(gradient, (value, slope) => value - (rate * slope))]);
        }

        return parameters;
    }

    private double[] Gradient(double[] parameters)
    {
        double[] gradient = new double[Length];
        int bias = Inputs * Outputs;
        for (int row = 0; row < _set.Features.Rows; row++)
        {
            double[] logits = Logits(parameters, row);
            double total = logits.Sum(Math.Exp);
            for (int output = 0; output < Outputs; output++)
            {
                double error = (Math.Exp(logits[output]) / total) - (_set.Classes[row][0] == output ? 1 : 0);
                error /= _set.Features.Rows;
                gradient[bias + output] += error;
                for (int input = 0; input < Inputs; input++)
                {
                    gradient[(output * Inputs) + input] += error * _rows[(row * Inputs) + input];
                }
            }
        }

        for (int i = 0; i < bias; i++)
        {
            gradient[i] += _l2 * parameters[i];
        }

        return gradient;
    }

    private IEnumerable<double> Weights(double[] parameters)
    {
        int first = _hidden > 0 ? _hidden * Inputs : Outputs * Inputs;
        int second = first + _hidden;
        return _hidden > 0
            ? parameters[..first].Concat(parameters[second..(second + (_hidden * Outputs))])
            : parameters[..first];
    }

    private static double[] Layer(double[] parameters, double[] inputs, int start, int outputs)
        =>
        [
            .. Enumerable.Range(0, outputs).Select(output => parameters[start + (outputs * inputs.Length) + output]
                + inputs.Select((value, i) => value * parameters[start + (output * inputs.Length) + i]).Sum()),
        ];
}
