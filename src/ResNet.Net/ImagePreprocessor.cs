using System.Runtime.ExceptionServices;

namespace ResNet.Net;

/// <summary>
/// Turns images into input tensors, exactly as <see cref="ResNetClassifier"/> does, for those who run the model themselves. Thread-safe:
/// any number of threads can use one instance concurrently.
/// </summary>
/// <remarks>
/// The tensor of an image is planar float32 with shape <c>[3, Height, Width]</c> in the caller's memory; several in a row are
/// <c>[N, 3, Height, Width]</c>. An instance keeps scratch memory for as many threads as there are processors, up to a few megabytes each
/// for ordinary photos. It is managed memory, so there is nothing to dispose.
/// </remarks>
/// <example>
/// <code>
/// var preprocessor = new ImagePreprocessor(PreprocessingProfile.Torchvision);
/// float[] input = new float[preprocessor.Length];
/// preprocessor.Preprocess("cat.jpg", input);
/// preprocessor.SavePng("what-the-network-sees.png", input);
/// </code>
/// </example>
public sealed class ImagePreprocessor
{
    private readonly Preprocessor _preprocessor;
    private readonly IImageDecoder _decoder;
    private readonly ImageDecodingOptions _decoding;
    private readonly Lock _gate = new();
    private readonly Stack<PreprocessingScratch> _scratches = new();

    /// <summary>Initializes a new instance of the <see cref="ImagePreprocessor"/> class.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="decoder">The decoder for encoded images; <see langword="null"/> for <see cref="SkiaSharpDecoder"/>.</param>
    /// <param name="decoding">The limits for encoded images; <see langword="null"/> for the default ones.</param>
    /// <exception cref="ArgumentException">The profile or a limit is invalid.</exception>
    /// <exception cref="ResNetException">
    /// The environment variable <c>RESNET_NET_SIMD</c> requests a vector width that is unknown or not supported.
    /// </exception>
    public ImagePreprocessor(PreprocessingProfile profile, IImageDecoder? decoder = null, ImageDecodingOptions? decoding = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        _preprocessor = new Preprocessor(profile);
        _decoder = decoder ?? ImageDecoding.Default;
        _decoding = decoding ?? new ImageDecodingOptions();
        _decoding.Validate();
    }

    /// <summary>Gets the profile.</summary>
    public PreprocessingProfile Profile => _preprocessor.Profile;

    /// <summary>Gets the number of columns of a tensor.</summary>
    public int Width => Profile.Crop.Width;

    /// <summary>Gets the number of rows of a tensor.</summary>
    public int Height => Profile.Crop.Height;

    /// <summary>Gets the number of values in the tensor of an image: <c>3 * Height * Width</c>.</summary>
    public int Length => 3 * Height * Width;

    /// <summary>Preprocesses an image file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="tensor">Receives the tensor of the image, <c>[3, Height, Width]</c>. May be longer.</param>
    /// <exception cref="ImageDecodeException">The file is not a supported image, is damaged, or exceeds a limit.</exception>
    /// <exception cref="IOException">
    /// The file cannot be read, for example because it does not exist (<see cref="FileNotFoundException"/>).
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="path"/> is empty, or <paramref name="tensor"/> is shorter than <see cref="Length"/>.
    /// </exception>
    public void Preprocess(string path, Span<float> tensor) => Preprocess(ImageInput.FromFile(path), tensor);

    /// <summary>Preprocesses an image from a stream. The stream is read to its end and stays open.</summary>
    /// <param name="image">The encoded image.</param>
    /// <param name="tensor">Receives the tensor of the image, <c>[3, Height, Width]</c>. May be longer.</param>
    /// <exception cref="ImageDecodeException">The stream does not contain a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> is shorter than <see cref="Length"/>.</exception>
    public void Preprocess(Stream image, Span<float> tensor) => Preprocess(ImageInput.FromStream(image), tensor);

    /// <summary>Preprocesses an encoded image in memory.</summary>
    /// <param name="encoded">The contents of an image file; read during the call only.</param>
    /// <param name="tensor">Receives the tensor of the image, <c>[3, Height, Width]</c>. May be longer.</param>
    /// <exception cref="ImageDecodeException">The bytes are not a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> is shorter than <see cref="Length"/>.</exception>
    public void Preprocess(ReadOnlySpan<byte> encoded, Span<float> tensor) => Preprocess(ImageInput.FromMemory(encoded), tensor);

    /// <summary>Preprocesses pixels in memory. No decoder runs. Allocates nothing after the first images of each size.</summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="tensor">Receives the tensor of the image, <c>[3, Height, Width]</c>. May be longer.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="tensor"/> is shorter than <see cref="Length"/>, or <paramref name="pixels"/> is <c>default</c>.
    /// </exception>
    public void Preprocess(PixelView pixels, Span<float> tensor) => Preprocess(ImageInput.FromPixels(pixels), tensor);

    /// <summary>Preprocesses image files on all cores.</summary>
    /// <param name="paths">The paths of the files.</param>
    /// <param name="tensor">
    /// Receives <c>[paths.Count, 3, Height, Width]</c> values. The values of images that fail are undefined. May be longer.
    /// </param>
    /// <param name="cancellationToken">Cancels the call before the next image.</param>
    /// <returns>One entry per image, in the order of the input: <see langword="null"/>, or the reason why the image failed.</returns>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> is too short.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public IReadOnlyList<Exception?> PreprocessBatch(
        IReadOnlyList<string> paths, Memory<float> tensor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return PreprocessBatch(paths.Count, i => ImageInput.FromFile(paths[i]), tensor, cancellationToken);
    }

    /// <summary>Preprocesses encoded images in memory on all cores.</summary>
    /// <param name="encoded">The contents of image files; read during the call only.</param>
    /// <param name="tensor">
    /// Receives <c>[encoded.Count, 3, Height, Width]</c> values. The values of images that fail are undefined. May be longer.
    /// </param>
    /// <param name="cancellationToken">Cancels the call before the next image.</param>
    /// <returns>One entry per image, in the order of the input: <see langword="null"/>, or the reason why the image failed.</returns>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> is too short.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public IReadOnlyList<Exception?> PreprocessBatch(
        IReadOnlyList<ReadOnlyMemory<byte>> encoded, Memory<float> tensor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return PreprocessBatch(encoded.Count, i => ImageInput.FromMemory(encoded[i].Span), tensor, cancellationToken);
    }

    /// <summary>
    /// Converts a tensor back to pixels: what the network sees. Reverses mean and standard deviation, then rounds and clamps to bytes.
    /// </summary>
    /// <param name="tensor">The tensor of an image, <c>[3, Height, Width]</c>. May be longer.</param>
    /// <param name="rgb">Receives <c>Height * Width</c> pixels as packed RGB bytes. May be longer.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="tensor"/> or <paramref name="rgb"/> is shorter than <see cref="Length"/>.
    /// </exception>
    public void ToRgb(ReadOnlySpan<float> tensor, Span<byte> rgb)
    {
        ThrowIfTooShort(tensor.Length, 1, nameof(tensor));
        ThrowIfTooShort(rgb.Length, 1, nameof(rgb));
        _preprocessor.Invert(tensor[..Length], rgb);
    }

    /// <summary>Converts a tensor back to an image in PNG format: what the network sees.</summary>
    /// <param name="tensor">The tensor of an image, <c>[3, Height, Width]</c>. May be longer.</param>
    /// <returns>The contents of the file.</returns>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> is shorter than <see cref="Length"/>.</exception>
    public byte[] ToPng(ReadOnlySpan<float> tensor)
    {
        byte[] rgb = new byte[Length];
        ToRgb(tensor, rgb);
        return PngFile.Encode(rgb, Width, Height);
    }

    /// <summary>Converts a tensor back to an image and saves it in PNG format: what the network sees.</summary>
    /// <param name="path">The path of the file. An existing file is replaced.</param>
    /// <param name="tensor">The tensor of an image, <c>[3, Height, Width]</c>. May be longer.</param>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> is shorter than <see cref="Length"/>.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public void SavePng(string path, ReadOnlySpan<float> tensor)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        File.WriteAllBytes(path, ToPng(tensor));
    }

    private void Preprocess(scoped ImageInput image, Span<float> tensor)
    {
        // Before the image is decoded.
        ThrowIfTooShort(tensor.Length, 1, nameof(tensor));
        using DecodedImage? decoded = image.Open(_decoder, _decoding, Profile, out PixelView pixels);
        PreprocessingScratch scratch = RentScratch();
        try
        {
            _preprocessor.Run(pixels, tensor, scratch);
        }
        finally
        {
            ReturnScratch(scratch);
        }
    }

    private Exception?[] PreprocessBatch(
        int count, Func<int, ImageInput> source, Memory<float> tensor, CancellationToken cancellationToken)
    {
        ThrowIfTooShort(tensor.Length, count, nameof(tensor));
        Exception?[] errors = new Exception?[count];
        try
        {
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
            {
                try
                {
                    Preprocess(source(i), tensor.Span.Slice(i * Length, Length));
                }
                catch (Exception exception)
                    when (exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException)
                {
                    errors[i] = exception;
                }
            });
        }
        catch (AggregateException aggregate)
        {
            ExceptionDispatchInfo.Throw(aggregate.InnerExceptions[0]);
        }

        return errors;
    }

    private void ThrowIfTooShort(int length, int images, string parameter)
    {
        long needed = (long)images * Length;
        if (length < needed)
        {
            string subject = images == 1 ? "An image has" : $"{images} images have";
            throw new ArgumentException(
                $"{subject} {needed} values of shape [{images}, 3, {Height}, {Width}], but there is room for {length} only.",
                parameter);
        }
    }

    private PreprocessingScratch RentScratch()
    {
        lock (_gate)
        {
            return _scratches.TryPop(out PreprocessingScratch? scratch) ? scratch : new PreprocessingScratch();
        }
    }

    private void ReturnScratch(PreprocessingScratch scratch)
    {
        lock (_gate)
        {
            if (_scratches.Count < Environment.ProcessorCount)
            {
                _scratches.Push(scratch);
            }
        }
    }
}
