using ResNet.Net.Benchmarks.Clustering;
using ResNet.Net.Benchmarks.Serving;
using ResNet.Net.Benchmarks.Soaking;

namespace ResNet.Net.Benchmarks;

/// <summary>Contains the help of the program.</summary>
internal static class Help
{
    public const string Text = $"""
        Without a command, runs benchmarks with BenchmarkDotNet.

          --filter PATTERN            Runs the matching benchmarks. Default: all.
          --list flat                 Lists the benchmarks.
          --save FOLDER               Writes the results as Markdown.

        Commands:

          {VariantTable.Command} [IDS] [--save FOLDER]
                                       Latency and memory of the synthetic model of every variant, or of some.
          {CreateSpeed.Command} [ROUNDS]       Loading with and without the stored optimized graph.
          {StoreSpeed.Command} [MIB]           Downloads from this machine into a model store.
          {EvaluatorSpeed.Command} DATA.zip    The evaluator, compared with Classify, ClassifyBatch and ClassifyManyAsync.
          {ThroughputSweep.Command} [ZIP] [--save FOLDER] Images per second by callers, threads and batch size.
          {TrainSpeed.Command} [IMAGES] [CLASSES] Training of a classification layer on drawn features.
          {QuantizedSpeedup.Command} [ROUNDS]  Speedup of int8 over float.
          {UnfoldedNoise.Command} ID           Quantization noise of a v2 model, by the treatment of its BatchNormalizations.
          {QuantizedFeatures.Command} MODEL ZIP  Features of the int8 ResNet-18 backbone, compared with float.
          {LatencyTable.Command} [ZIP]             Where the time of Classify(path) goes.
          {Scaling.Command} [{Scaling.QuickOption}]         Throughput and memory by threads, callers, batch, image size and model depth.
          {ServeBenchmark.Command} [{ServeBenchmark.QuickOption}] [{ServeBenchmark.OnlyOption} TEXT] Throughput and latency of the server.
          {ClusterBenchmark.Command} [{ClusterBenchmark.ImagesOption} N] [{ClusterBenchmark.WorkersOption} N]
                                       What workers on a database cost over a loop of ClassifyManyAsync.
          {Soak.Command} MINUTES [{Soak.ServerOption}] [--save FOLDER] Long load on library and server, and what it uses.
          {DecodeSpeed.Command} ZIP          Decoding of photos on one thread, compared with bare libturbojpeg.
          {ShrinkAccuracy.Command} ZIP [SIDE]  How ShrinkOnLoad changes the input.
          {ProfileDifferences.Command} ZIP     How far the pixels of the preprocessing profiles differ.
          {ResultPlots.Command} FOLDER [--save FOLDER] Draws the results in a folder.
        """;
}
