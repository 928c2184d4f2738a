using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ResNet.Net;

/// <summary>
/// Represents the mean of all training images, one value per color plane and pixel. Networks that were trained with Caffe or CNTK often
/// subtract it from the input. Immutable; instances with the same size and values are equal.
/// </summary>
public sealed class MeanImage : IEquatable<MeanImage>
{
    private readonly float[] _values;
    private readonly byte[] _sha256;

    /// <summary>Initializes a new instance of the <see cref="MeanImage"/> class from a copy of values.</summary>
    /// <param name="values">
    /// The values with shape <c>[3, height, width]</c>: planes in the order of <see cref="PreprocessingProfile.Channels"/>, in the unit of
    /// <see cref="PreprocessingProfile.Range"/>. The values are copied.
    /// </param>
    /// <param name="width">The number of columns, at least 1; that of the profile's crop.</param>
    /// <param name="height">The number of rows, at least 1; that of the profile's crop.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> or <paramref name="height"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">
    /// The number of values is not <c>3 * height * width</c>, or a value is not a finite number.
    /// </exception>
    public MeanImage(ReadOnlySpan<float> values, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        Int128 needed = (Int128)3 * width * height;
        if (values.Length != needed)
        {
            throw new ArgumentException(
                $"A mean image of {width}x{height} pixels has {needed} values, but the span has {values.Length}. "
                + "Pass three planes of the size of the crop.",
                nameof(values));
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException(
                    $"The value {values[i]} at index {i} of the mean image is not a finite number.", nameof(values));
            }
        }

        Width = width;
        Height = height;
        _values = values.ToArray();
        _sha256 = SHA256.HashData(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Gets the number of columns.</summary>
    public int Width { get; }

    /// <summary>Gets the number of rows.</summary>
    public int Height { get; }

    /// <summary>Gets the values with shape <c>[3, Height, Width]</c>; the memory of this instance.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Determines whether another mean image has the same size and values.</summary>
    /// <param name="other">The other mean image.</param>
    /// <returns><see langword="true"/> if both are equal.</returns>
    public bool Equals(MeanImage? other)
        => other is not null && Width == other.Width && Height == other.Height && _sha256.AsSpan().SequenceEqual(other._sha256);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MeanImage);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_sha256);

    /// <summary>Returns the size and the start of the SHA-256 hash of the values.</summary>
    /// <returns>The text, such as <c>224x224 #0A1B2C3D4E5F6071</c>.</returns>
    public override string ToString() => $"{Width}x{Height} #{Convert.ToHexString(_sha256, 0, 8)}";
}
