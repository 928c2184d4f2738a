namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>
    /// Where in an image file the model sees a class: the class's activation map, exact for models that end in an average and a dense layer. With
    /// <see cref="CropSampling.TenCrop"/> the map is that of the center crop, the probabilities are those of all ten.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="classIndex">The class, by its place in the model's output; null for the most probable.</param>
    /// <returns>The map, with the image that it lies on.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.ActivationMaps"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    /// <exception cref="ImageDecodeException">The file is no accepted image.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ResNetException">The model gives a score or a map that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ActivationMap Explain(string path, int? classIndex = null)
    {
        RequireClass(classIndex);
        return Explain(ImageInput.FromFile(path), classIndex);
    }

    /// <summary>Where in an image from a stream, which is read to its end and stays open, the model sees a class; see <see cref="Explain(string, int?)"/>.</summary>
    /// <param name="image">An encoded image.</param>
    /// <param name="classIndex">The class; null for the most probable.</param>
    /// <returns>The map, with the image that it lies on.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.ActivationMaps"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    /// <exception cref="ImageDecodeException">The stream holds no accepted image.</exception>
    /// <exception cref="ResNetException">The model gives a score or a map that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ActivationMap Explain(Stream image, int? classIndex = null)
    {
        RequireClass(classIndex);
        return Explain(ImageInput.FromStream(image), classIndex);
    }

    /// <summary>Where in an encoded image in memory the model sees a class; see <see cref="Explain(string, int?)"/>.</summary>
    /// <param name="encoded">A whole image file; read during the call only.</param>
    /// <param name="classIndex">The class; null for the most probable.</param>
    /// <returns>The map, with the image that it lies on.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.ActivationMaps"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    /// <exception cref="ImageDecodeException">The bytes are no accepted image.</exception>
    /// <exception cref="ResNetException">The model gives a score or a map that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ActivationMap Explain(ReadOnlySpan<byte> encoded, int? classIndex = null)
    {
        RequireClass(classIndex);
        return Explain(ImageInput.FromMemory(encoded), classIndex);
    }

    /// <summary>Where in pixels that the caller holds the model sees a class; see <see cref="Explain(string, int?)"/>.</summary>
    /// <param name="pixels">The pixels; copied.</param>
    /// <param name="classIndex">The class; null for the most probable.</param>
    /// <returns>The map, with the image that it lies on.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.ActivationMaps"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is <c>default</c>, or there is no such class (<see cref="ArgumentOutOfRangeException"/>).</exception>
    /// <exception cref="ResNetException">The model gives a score or a map that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ActivationMap Explain(PixelView pixels, int? classIndex = null)
    {
        RequireClass(classIndex);
        return Explain(ImageInput.FromPixels(pixels), classIndex);
    }

    private void RequireClass(int? classIndex)
    {
        Require(ModelOutputs.ActivationMaps);
        if (classIndex is int index)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(classIndex));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _layout.ClassCount, nameof(classIndex));
        }
    }

    private ActivationMap Explain(scoped ImageInput image, int? classIndex)
    {
        Explanation explanation = new() { ClassIndex = classIndex };
        _ = RunOne(Operation.Explain, ModelOutputs.ActivationMaps, image, static (classifier, slot, pixels, timings, target) => target.Map = classifier.ReadMap(slot, pixels, timings, target.ClassIndex), explanation);
        return explanation.Map!;
    }

    private ActivationMap ReadMap(InferenceSlot slot, PixelView pixels, StageTimings timings, int? classIndex)
    {
        Span<float> probabilities = ToProbabilities(slot, 0);
        Prediction[] best = new Prediction[Limit(DefaultTopK)];
        FillPredictions(probabilities, best);
        int index = classIndex ?? best[0].ClassIndex;
        int length = _layout.Maps!.Length / _layout.ClassCount;
        float[] values = slot.Maps(0).Slice((_preprocessor.CenterCrop * _layout.Maps.Length) + (index * length), length).ToArray();
        foreach (float value in values)
        {
            ThrowUnlessFinite(value, "activation");
        }

        return new ActivationMap(values, _layout.Maps.Dimensions[2], PredictionOf(index, probabilities), new Classification(best, timings), new RetainedImage(pixels), RegionOf(pixels));
    }

    /// <summary>The part of an image that the center crop is made of.</summary>
    private ImageRegion RegionOf(PixelView pixels)
    {
        ResizePlan plan = ResizePlan.Create(Profile, pixels);
        (double across, double down) = ((double)plan.SourceWidth / plan.ScaledWidth, (double)plan.SourceHeight / plan.ScaledHeight);
        return new ImageRegion(plan.Left * across, plan.Top * down, plan.Width * across, plan.Height * down);
    }

    private sealed class Explanation
    {
        public int? ClassIndex { get; init; }

        public ActivationMap? Map { get; set; }
    }
}
