using BenchmarkDotNet.Attributes;

namespace ResNet.Net.Benchmarks;

/// <summary>Models alone, from tensor to tensor, in float and in int8. Cases follow each other: where other work comes and goes, <see cref="QuantizedTurns"/> compares them better.</summary>
public class QuantizedBenchmarks
{
    private TensorRun? _run;

    /// <summary>A model, and the form it is run in.</summary>
    public static IEnumerable<string> Cases => QuantizedCase.All.Select(c => c.ToString());

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [Params(1, 8)]
    public int Batch { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp() => _run = QuantizedCase.Parse(Case).Open(Batch, Threads);

    [GlobalCleanup]
    public void CleanUp() => _run?.Dispose();

    [Benchmark]
    public void Model() => _run!.Once();
}
