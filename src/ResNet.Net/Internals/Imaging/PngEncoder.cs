using ResNet.Net.Internals.Imaging.Interop;

namespace ResNet.Net.Internals.Imaging;

/// <summary>Writes PNG files with libvips.</summary>
internal static unsafe class PngEncoder
{
    /// <param name="rgb">Packed RGB, row after row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <exception cref="NativeLibraryException">libvips cannot be loaded, or cannot do it.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height)
    {
        const int Bands = 3, UChar = 0;
        VipsApi api = VipsApi.Instance;
        fixed (byte* pixels = rgb)
        {
            using VipsObjectHandle image = new(api, api.NewFromMemory(pixels, (nuint)rgb.Length, width, height, Bands, UChar));
            if (image.IsInvalid)
            {
                throw Failure(api);
            }

            using VipsOperation operation = new(api, "pngsave_buffer"u8);
            operation.SetImage("in"u8, image);
            return operation.RunToBytes("buffer"u8) ?? throw Failure(api);
        }
    }

    private static NativeLibraryException Failure(VipsApi api) => new("libvips", $"libvips {api.Version} at '{api.LibraryPath}' cannot write a PNG file: {api.TakeError()}");
}
