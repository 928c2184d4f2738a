namespace ResNet.Net.Orleans;

/// <summary>Reads streams into memory, up to a limit.</summary>
internal static class LimitedReader
{
    // Lengths are announced by others: more memory only for bytes that arrive.
    private const int FirstBytes = 1024 * 1024, UnknownBytes = 64 * 1024;

    /// <param name="stream">The stream, which is read to its end and stays open.</param>
    /// <param name="length">The announced length; null if it is unknown.</param>
    /// <param name="maxBytes">The limit.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="IOException">The stream is longer than the limit.</exception>
    public static async Task<MemoryStream> ReadAsync(Stream stream, long? length, int maxBytes, CancellationToken cancellationToken)
    {
        if (length > maxBytes)
        {
            throw TooLong(maxBytes);
        }

        byte[] buffer = new byte[Math.Min(length ?? UnknownBytes, FirstBytes) + 1];
        int count = 0, read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(count), cancellationToken).ConfigureAwait(false)) > 0)
        {
            count += read;
            if (count > maxBytes)
            {
                throw TooLong(maxBytes);
            }

            if (count == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, maxBytes + 1L));
            }
        }

        return new MemoryStream(buffer, 0, count, writable: false, publiclyVisible: true);
    }

    public static IOException TooLong(int maxBytes)
        => new($"The encoded image has more than {maxBytes} bytes. Raise ImageSourceOptions.MaxBytes if such images are wanted.");
}
