using BenchmarkDotNet.Attributes;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures inference in float and int8, from tensor to tensor. Cases run one after the other; on a busy machine,
/// <see cref="QuantizedSpeedup"/> compares them more reliably.
/// </summary>
public class QuantizedBenchmarks
{
    private TensorRun? _run;

    /// <summary>Gets the models and their forms.</summary>
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
