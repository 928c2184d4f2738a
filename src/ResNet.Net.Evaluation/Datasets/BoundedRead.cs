namespace ResNet.Net.Evaluation;

/// <summary>Reads streams whose length is not trusted.</summary>
internal static class BoundedRead
{
    /// <param name="stream">The stream, read to its end.</param>
    /// <param name="expected">The declared number of bytes.</param>
    /// <param name="limit">The maximum number of bytes.</param>
    /// <param name="name">The image's name, for the error message.</param>
    /// <exception cref="IOException">The stream is longer than the limit.</exception>
    public static ReadOnlyMemory<byte> ToEnd(Stream stream, long expected, int limit, string name)
    {
        if (expected > limit)
        {
            throw TooLarge(name, $"{expected}", limit);
        }

        // One extra byte, so that the last read detects the end without a resize.
        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(expected, 0, limit) + 1);
        int length = 0;
        int read;
        while ((read = stream.Read(buffer, length, buffer.Length - length)) > 0)
        {
            length += read;
            if (length > limit)
            {
                throw TooLarge(name, $"more than {limit}", limit);
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, limit + 1L));
            }
        }

        return buffer.AsMemory(0, length);
    }

    private static IOException TooLarge(string name, string length, int limit)
        => new($"'{name}' has {length} bytes; the limit is {limit}. Increase ImageDatasetOptions.MaxImageBytes to accept it.");
}
