using System.Numerics.Tensors;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>
    /// Computes the class activation map of an image file: where in the image the model sees a class. Exact for models that end in average
    /// pooling and a dense layer (Zhou et al. 2016). With <see cref="CropSampling.TenCrop"/>, the map is that of the center crop, while the
    /// probabilities are those of all ten crops.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="classIndex">The index of the class in the model's output; <see langword="null"/> for the most probable class.</param>
    /// <returns>The map, with a copy of the image.</returns>
    /// <exception cref="InvalidOperationException">
    /// The classifier was created without <see cref="ResNetClassifierOptions.ActivationMaps"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The model has no class <paramref name="classIndex"/>.</exception>
    /// <exception cref="ImageDecodeException">The file is not a supported image, is damaged, or exceeds a limit.</exception>
    /// <exception cref="IOException">
    /// The file cannot be read, for example because it does not exist (<see cref="FileNotFoundException"/>).
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="ResNetException">
    /// The model returns scores or activations that are not finite, or not of its output kind.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ActivationMap Explain(string path, int? classIndex = null) => Explain(ImageInput.FromFile(path), classIndex);

    /// <summary>Computes the class activation map of an image from a stream. The stream is read to its end and stays open.</summary>
    /// <param name="image">The encoded image.</param>
    /// <param name="classIndex">The index of the class in the model's output; <see langword="null"/> for the most probable class.</param>
    /// <returns>The map, with a copy of the image.</returns>
    /// <exception cref="InvalidOperationException">
    /// The classifier was created without <see cref="ResNetClassifierOptions.ActivationMaps"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The model has no class <paramref name="classIndex"/>.</exception>
    /// <exception cref="ImageDecodeException">The stream does not contain a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="ResNetException">
    /// The model returns scores or activations that are not finite, or not of its output kind.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ActivationMap Explain(Stream image, int? classIndex = null) => Explain(ImageInput.FromStream(image), classIndex);

    /// <summary>Computes the class activation map of an encoded image in memory.</summary>
    /// <param name="encoded">The contents of an image file; read during the call only.</param>
    /// <param name="classIndex">The index of the class in the model's output; <see langword="null"/> for the most probable class.</param>
    /// <returns>The map, with a copy of the image.</returns>
    /// <exception cref="InvalidOperationException">
    /// The classifier was created without <see cref="ResNetClassifierOptions.ActivationMaps"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The model has no class <paramref name="classIndex"/>.</exception>
    /// <exception cref="ImageDecodeException">The bytes are not a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="ResNetException">
    /// The model returns scores or activations that are not finite, or not of its output kind.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ActivationMap Explain(ReadOnlySpan<byte> encoded, int? classIndex = null) => Explain(ImageInput.FromMemory(encoded), classIndex);

    /// <summary>Computes the class activation map of pixels in memory.</summary>
    /// <param name="pixels">The pixels; copied.</param>
    /// <param name="classIndex">The index of the class in the model's output; <see langword="null"/> for the most probable class.</param>
    /// <returns>The map, with a copy of the image.</returns>
    /// <exception cref="InvalidOperationException">
    /// The classifier was created without <see cref="ResNetClassifierOptions.ActivationMaps"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The model has no class <paramref name="classIndex"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is <c>default</c>.</exception>
    /// <exception cref="ResNetException">
    /// The model returns scores or activations that are not finite, or not of its output kind.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ActivationMap Explain(PixelView pixels, int? classIndex = null) => Explain(ImageInput.FromPixels(pixels), classIndex);

    private ActivationMap Explain(scoped ImageInput image, int? classIndex)
    {
        _pipeline.ThrowIfDisposed();
        if (!HasActivationMaps)
        {
            throw new InvalidOperationException(
                "This classifier provides no activation maps. "
                + $"Create it with ResNetClassifierOptions.{nameof(ResNetClassifierOptions.ActivationMaps)} = true.");
        }

        if (classIndex is int index)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(classIndex));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Labels.Count, nameof(classIndex));
        }

        Explanation explanation = new() { ClassIndex = classIndex };
        _ = _pipeline.Run(Operation.Explain, image, _readMap, explanation);
        return explanation.Map!;
    }

    private void ReadMap(InferenceSlot slot, PixelView pixels, StageTimings timings, Explanation explanation)
    {
        Span<float> probabilities = ToProbabilities(slot, 0);
        Prediction[] best = new Prediction[Limit(DefaultTopK)];
        FillPredictions(probabilities, best);
        int index = explanation.ClassIndex ?? best[0].ClassIndex;
        int length = _layout.Maps!.Length / _layout.OutputLength;
        int row = IsBinary ? 0 : index;
        float[] values = slot.Maps(0).Slice((_model.CenterCrop * _layout.Maps.Length) + (row * length), length).ToArray();
        if (IsBinary && index == 0)
        {
            // Evidence for class 1 is evidence against class 0.
            TensorPrimitives.Negate(values, values);
        }

        foreach (float value in values)
        {
            _model.ThrowUnlessFinite(value, "activation");
        }

        explanation.Map = new ActivationMap(
            values,
            _layout.Maps.Dimensions[2],
            PredictionOf(index, probabilities),
            new Classification(best, timings),
            new RetainedImage(pixels),
            RegionOf(pixels));
    }

    /// <summary>Computes the part of an image that the center crop covers.</summary>
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
