using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Classifies one image repeatedly in a process of its own. Reads durations in milliseconds from standard input, works that long, and
/// answers each with a <see cref="ScalingSample"/>.
/// </summary>
internal static class ScalingChild
{
    public const string Command = "scaling-child";

    public static void Run(ScalingSetup setup)
    {
        ResNetVariant variant = ResNetVariant.Parse(setup.Model);
        byte[] image = File.ReadAllBytes(setup.ImagePath);
        ResNetClassifierOptions options = new()
        {
            Decoder = LatencyTable.FastestDecoder(),
            Threads = setup.Threads,
            BatchSize = setup.Batch,
            CacheOptimizedModel = false,
        };
        ModelDefinition model = new(setup.ModelPath) { Profile = variant.Profile, Labels = variant.Labels };
        List<ResNetClassifier> classifiers = [];
        try
        {
            for (int i = 0; i < setup.Sessions; i++)
            {
                classifiers.Add(ResNetClassifier.Create(model, options));
            }

            using Callers callers = new(setup.Callers, caller => Classify(classifiers[caller % classifiers.Count], setup.Batch, image));
            while (Console.ReadLine() is string line)
            {
                Console.WriteLine(callers.Measure(TimeSpan.FromMilliseconds(double.Parse(line, CultureInfo.InvariantCulture))));
            }
        }
        finally
        {
            classifiers.ForEach(classifier => classifier.Dispose());
        }
    }

    private static IEnumerable<StageTimings> Classify(ResNetClassifier classifier, int batch, byte[] image)
        => batch == 1
            ? [classifier.Classify(image).Timings]
            : classifier.ClassifyBatch([.. Enumerable.Repeat(InputImage.FromEncoded(image), batch)])
                .Select(outcome => outcome.Value.Timings);

    /// <summary>
    /// Holds threads that classify during each measurement. They live as long as the process, because pooled memory belongs to a thread.
    /// </summary>
    private sealed class Callers : IDisposable
    {
        private readonly Func<int, IEnumerable<StageTimings>> _classify;
        private readonly Barrier _barrier;
        private readonly List<StageTimings>[] _timings;
        private readonly Thread[] _threads;
        private TimeSpan _duration;
        private bool _hasEnded;

        public Callers(int count, Func<int, IEnumerable<StageTimings>> classify)
        {
            _classify = classify;
            _barrier = new Barrier(count + 1);
            _timings = [.. Enumerable.Range(0, count).Select(_ => new List<StageTimings>())];
            _threads = [.. Enumerable.Range(0, count).Select(caller => new Thread(() => Work(caller)) { IsBackground = true })];
            Array.ForEach(_threads, thread => thread.Start());
        }

        public ScalingSample Measure(TimeSpan duration)
        {
            _duration = duration;
            long start = Stopwatch.GetTimestamp();
            _barrier.SignalAndWait();
            _barrier.SignalAndWait();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            StageTimings[] images = [.. _timings.SelectMany(timings => timings)];
            return new ScalingSample(
                images.Length / seconds,
                images.Average(timings => timings.Decode.TotalMilliseconds),
                images.Average(timings => timings.Preprocess.TotalMilliseconds),
                Environment.WorkingSet / 1e6);
        }

        public void Dispose()
        {
            _hasEnded = true;
            _barrier.SignalAndWait();
            Array.ForEach(_threads, thread => thread.Join());
            _barrier.Dispose();
        }

        private void Work(int caller)
        {
            while (true)
            {
                _barrier.SignalAndWait();
                if (_hasEnded)
                {
                    return;
                }

                long start = Stopwatch.GetTimestamp();
                _timings[caller].Clear();
                do
                {
                    _timings[caller].AddRange(_classify(caller));
                }
                while (Stopwatch.GetElapsedTime(start) < _duration);

                _barrier.SignalAndWait();
            }
        }
    }
}

/// <summary>Represents what a process of the scaling measurement runs.</summary>
/// <param name="Model">The id of a variant, whose profile is used.</param>
/// <param name="ModelPath">The model file.</param>
/// <param name="ImagePath">The JPEG file.</param>
/// <param name="Threads">The threads of one run.</param>
/// <param name="Sessions">The number of classifiers.</param>
/// <param name="Callers">The number of threads that classify.</param>
/// <param name="Batch">The number of images per call.</param>
internal sealed record ScalingSetup(string Model, string ModelPath, string ImagePath, int Threads, int Sessions, int Callers, int Batch)
{
    /// <summary>Gets the arguments of the process.</summary>
    public IReadOnlyList<string> Arguments =>
    [
        ScalingChild.Command, Model, ModelPath, ImagePath,
        .. ((int[])[Threads, Sessions, Callers, Batch]).Select(number => number.ToString(CultureInfo.InvariantCulture)),
    ];

    public static ScalingSetup Parse(ReadOnlySpan<string> arguments)
    {
        int[] numbers = [.. arguments[4..].ToArray().Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        return new ScalingSetup(arguments[1], arguments[2], arguments[3], numbers[0], numbers[1], numbers[2], numbers[3]);
    }
}

/// <summary>Represents the figures of one round.</summary>
/// <param name="Throughput">Images per second.</param>
/// <param name="Decode">Milliseconds of decoding per image.</param>
/// <param name="Preprocess">Milliseconds of preprocessing per image.</param>
/// <param name="Memory">The resident memory of the process in MB.</param>
internal sealed record ScalingSample(double Throughput, double Decode, double Preprocess, double Memory)
{
    public static ScalingSample Parse(string line)
    {
        double[] numbers = [.. line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        return new ScalingSample(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    public static ScalingSample Median(IReadOnlyCollection<ScalingSample> samples) => new(
        Rounds.Median(samples.Select(sample => sample.Throughput)),
        Rounds.Median(samples.Select(sample => sample.Decode)),
        Rounds.Median(samples.Select(sample => sample.Preprocess)),
        Rounds.Median(samples.Select(sample => sample.Memory)));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Throughput} {Decode} {Preprocess} {Memory}");
}
