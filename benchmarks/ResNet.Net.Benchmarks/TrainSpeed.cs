using System.Diagnostics;
using System.Globalization;
using System.Text;
using ResNet.Net.Training;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures the training of a classification layer on cached features: <c>train-speed [IMAGES] [CLASSES] [--save FOLDER]</c> draws
/// features of 512 values, of which 80 % train and 20 % validate, and trains with each optimizer as <c>TransferLearning</c> does. On a
/// busy machine, the CPU time of all cores is more comparable than the time.
/// </summary>
internal static class TrainSpeed
{
    public const string Command = "train-speed";
    private const int Columns = 512;
    private const double FixedL2 = 0.01;

    public static void Run(int images, int classes, string? save)
    {
        int validationImages = images / 5;
        TrainingSet training = Draw(images - validationImages, classes, 1);
        TrainingSet validation = Draw(validationImages, classes, 2);
        StringBuilder table = new();
        Append($"{images} images x {Columns} features, {classes} classes; {validationImages} of the images validate.\n\n");
        Append("| head | work | s | CPU s | loss | accuracy, % | L2 |\n|---|---|---:|---:|---:|---:|---:|\n");
        TrainingOptions one = new() { L2 = [FixedL2] };
        Measure("linear, L-BFGS", "one penalty", one, refit: false);
        Measure("linear, L-BFGS", "all of `HeadTraining.Train`: choice of the penalty, calibration, second training", new(), refit: true);
        Measure("linear, SGD", "one penalty", one with { Optimizer = HeadOptimizer.Sgd, MaxIterations = 20 }, refit: false);
        Measure("256 hidden units, L-BFGS", "one penalty", one with { HiddenUnits = 256, MaxIterations = 50 }, refit: false);
        if (save is not null)
        {
            ResultsFolder.Write(save, Command, $"-- {Command} {images} {classes}", table.ToString());
        }

        void Measure(string head, string work, TrainingOptions options, bool refit)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            HeadTrainingResult result = HeadTraining.Train(training, validation, options, refit, null, CancellationToken.None);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            L2Trial trial = result.Trials.First(candidate => candidate.L2 == result.L2);
            Append(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {head} | {work} | {seconds:F2} | {cpu:F2} | {trial.Loss:F4} | {trial.Accuracy:F2} | {trial.L2} |\n"));
        }

        void Append(string text)
        {
            table.Append(text);
            Console.Write(text);
        }
    }

    /// <summary>Draws features that are positive, as pooled ones are, around the center of each class. The classes overlap.</summary>
    public static TrainingSet Draw(int images, int classes, int seed)
    {
        float[] centers = Normal(classes * Columns, 0);
        float[] values = Normal(images * Columns, seed);
        for (int i = 0; i < values.Length; i++)
        {
            int label = i / Columns % classes;
            values[i] = MathF.Max(0, values[i] + (0.22f * centers[(label * Columns) + (i % Columns)]));
        }

        IReadOnlyList<int>[] labels = [.. Enumerable.Range(0, images).Select(image => (IReadOnlyList<int>)[image % classes])];
        return new TrainingSet(new FeatureMatrix(values, images, Columns), 1, labels, classes, false);
    }

    private static float[] Normal(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
        }

        return values;
    }
}
