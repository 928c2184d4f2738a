namespace ResNet.Net;

/// <summary>Combines decoders: each image goes to the first one that reads its format.</summary>
/// <example>
/// <code>
/// var options = new ResNetClassifierOptions { Decoder = new FallbackDecoder(new SkiaSharpDecoder(), new NetVipsDecoder()) };
/// </code>
/// </example>
public sealed class FallbackDecoder : IImageDecoder
{
    private readonly IImageDecoder[] _decoders;

    /// <summary>Creates the decoder.</summary>
    /// <param name="decoders">The decoders, the preferred one first; at least one.</param>
    /// <exception cref="ArgumentException"><paramref name="decoders"/> is empty or contains <see langword="null"/>.</exception>
    public FallbackDecoder(params ReadOnlySpan<IImageDecoder> decoders)
    {
        if (decoders.IsEmpty || decoders.Contains(null))
        {
            throw new ArgumentException("A FallbackDecoder needs at least one decoder, and none may be null.", nameof(decoders));
        }

        _decoders = decoders.ToArray();
        Formats = [.. _decoders.SelectMany(d => d.Formats).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Formats { get; }

    /// <inheritdoc/>
    public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
    {
        foreach (IImageDecoder decoder in _decoders)
        {
            if (decoder.TryDecode(encoded, request))
            {
                return true;
            }
        }

        return false;
    }
}
