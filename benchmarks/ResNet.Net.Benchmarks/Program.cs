using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using ResNet.Net.Benchmarks;
using ResNet.Net.Benchmarks.Clustering;
using ResNet.Net.Benchmarks.Serving;
using ResNet.Net.Benchmarks.Soaking;

if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine(Help.Text);
    return 0;
}

if (args is [ShrinkAccuracy.Command, string zip, ..])
{
    ShrinkAccuracy.Run(zip, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 64);
    return 0;
}

if (args is [StoreSpeed.Command, ..])
{
    await StoreSpeed.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 240);
    return 0;
}

if (args is [CreateSpeed.Command, ..])
{
    CreateSpeed.Run(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5);
    return 0;
}

if (args is [CreateSpeed.ChildCommand, string model, string store, string mode, string outputs])
{
    CreateSpeed.RunChild(model, store, mode, outputs);
    return 0;
}

if (args is [EvaluatorSpeed.Command, string dataset, ..])
{
    await EvaluatorSpeed.RunAsync(dataset);
    return 0;
}

if (args is [UnfoldedNoise.Command, string modelId])
{
    UnfoldedNoise.Run(modelId);
    return 0;
}

if (args is [QuantizedFeatures.Command, string backbone, string archive])
{
    QuantizedFeatures.Run(backbone, archive);
    return 0;
}

if (args is [VariantTable.RowCommand, string id, string root, .. string[] facts])
{
    await VariantTable.PrintRowAsync(id, root, facts);
    return 0;
}

if (args is [ScalingChild.Command, _, _, _, _, _, _, _])
{
    ScalingChild.Run(ScalingSetup.Parse(args));
    return 0;
}

if (args is [ClusterChild.Command])
{
    await ClusterChild.RunAsync();
    return 0;
}

if (args is [ServeChild.Command, string served, string servedFile])
{
    await ServeChild.RunAsync(served, servedFile);
    return 0;
}

(string? folder, string[] rest) = ResultsFolder.TakeOption(args);
if (rest is [VariantTable.Command, .. string[] ids])
{
    await VariantTable.RunAsync(ids, folder);
    return 0;
}

if (rest is [QuantizedSpeedup.Command, ..])
{
    QuantizedSpeedup.Run(rest.Length > 1 ? int.Parse(rest[1], CultureInfo.InvariantCulture) : 21, folder);
    return 0;
}

if (rest is [TrainSpeed.Command, ..])
{
    TrainSpeed.Run(Number(1, 50_000), Number(2, 100), folder);
    return 0;

    int Number(int index, int otherwise) => rest.Length > index ? int.Parse(rest[index], CultureInfo.InvariantCulture) : otherwise;
}

if (rest is [ThroughputSweep.Command, ..])
{
    await ThroughputSweep.RunAsync(rest.Length > 1 ? rest[1] : null, folder);
    return 0;
}

if (rest is [Scaling.Command, ..])
{
    Scaling.Run(rest.Contains(Scaling.QuickOption), folder);
    return 0;
}

if (rest is [ServeBenchmark.Command, ..])
{
    int only = Array.IndexOf(rest, ServeBenchmark.OnlyOption);
    await ServeBenchmark.RunAsync(rest.Contains(ServeBenchmark.QuickOption), only < 0 ? null : rest.ElementAtOrDefault(only + 1), folder);
    return 0;
}

if (rest is [ClusterBenchmark.Command, ..])
{
    await ClusterBenchmark.RunAsync(rest, folder);
    return 0;
}

if (rest is [Soak.Command, string minutes, ..])
{
    return await Soak.RunAsync(double.Parse(minutes, CultureInfo.InvariantCulture), rest.Contains(Soak.ServerOption), folder);
}

if (rest is [LatencyTable.Command, ..])
{
    LatencyTable.Run(rest.Length > 1 ? rest[1] : null, folder);
    return 0;
}

if (rest is [DecodeSpeed.Command, string files])
{
    DecodeSpeed.Run(files, folder);
    return 0;
}

if (rest is [ProfileDifferences.Command, string photos])
{
    ProfileDifferences.Run(photos, folder);
    return 0;
}

if (rest is [ResultPlots.Command, string results])
{
    ResultPlots.Run(results, folder ?? results);
    return 0;
}

// In-process, because this repository's build rules would apply to the projects that other toolchains generate.
ManualConfig config = ManualConfig.CreateEmpty()
    .AddJob(
        Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(4).WithIterationCount(12).WithIterationTime(TimeInterval.FromMilliseconds(150)))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddLogger(ConsoleLogger.Default)
    .AddExporter(MarkdownExporter.GitHub)
    .WithSummaryStyle(SummaryStyle.Default.WithTimeUnit(TimeUnit.Millisecond).WithMaxParameterColumnWidth(40))
    .WithOptions(ConfigOptions.DisableOptimizationsValidator | ConfigOptions.StopOnFirstError);

IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly)
    .Run(rest.Length == 0 ? ["--filter", "*"] : rest, config);
if (folder is not null)
{
    ResultsFolder.Write(folder, summaries);
}

return summaries.All(summary => summary is { HasCriticalValidationErrors: false } && summary.Reports.All(report => report.Success)) ? 0 : 1;
