namespace ResNet.Net.Evaluation.Internals.Datasets;

/// <summary>Reads streams that may be longer than they say.</summary>
internal static class BoundedRead
{
    /// <param name="stream">Read to its end.</param>
    /// <param name="expected">How many bytes it should have.</param>
    /// <param name="limit">How many it may have.</param>
    /// <param name="name">Whose bytes these are.</param>
    /// <exception cref="IOException">There are more than the limit.</exception>
    public static ReadOnlyMemory<byte> ToEnd(Stream stream, long expected, int limit, string name)
    {
        if (expected > limit)
        {
            throw TooLarge(name, $"{expected}", limit);
        }

        // One byte more than expected: the read that leaves it empty tells the end.
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
        => new($"'{name}' has {length} bytes; the limit is {limit}. Raise ImageDatasetOptions.MaxPictureBytes if such pictures are wanted.");
}
