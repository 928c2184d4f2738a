using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ResNet.Net.Training.Tests;

/// <summary>
/// The program that tests start and kill: extracts features with a cache, and prints their hash and the number of cached images.
/// </summary>
/// <remarks>
/// Arguments: the folder of the cache, the index of the first image, the number of images, and the milliseconds that reading one takes. Or
/// <c>save</c> and a path: saves a classifier, and prints the type of the exception.
/// </remarks>
internal static class FeatureProbe
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments[0] == "save")
        {
            return await SaveAsync(arguments[1]);
        }

        int[] numbers = [.. arguments[1..].Select(a => int.Parse(a, CultureInfo.InvariantCulture))];
        using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, TestData.Raw, default);
        Last last = new();
        ExtractedFeatures features = await new FeatureExtractor(backbone, arguments[0]).ExtractAsync(
            [.. TestData.Images(numbers[0] + numbers[1], _ => Thread.Sleep(numbers[2])).Skip(numbers[0])],
            ImageAugmentation.None,
            last,
            default);
        Console.WriteLine(HashOf(features));
        Console.WriteLine(last.Value!.Cached);
        return 0;
    }

    public static string HashOf(ExtractedFeatures features)
        => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(features.Features.Values.AsSpan())));

    private static async Task<int> SaveAsync(string path)
    {
        TrainedClassifier trained = await TrainedClassifierTests.CreateAsync();
        try
        {
            trained.Save(path);
            return 0;
        }
        catch (Exception exception)
        {
            Console.WriteLine(exception.GetType().Name);
            return 1;
        }
    }

    private sealed class Last : IProgress<TrainingProgress>
    {
        public TrainingProgress? Value { get; private set; }

        public void Report(TrainingProgress value) => Value = value;
    }
}
