using System.Text;
using ResNet.Net.Internals.Imaging.Interop;

namespace ResNet.Net.Benchmarks;

/// <summary>Encodes drawn pictures with libvips: quality 90, 4:2:0, as cameras and web sites do.</summary>
internal static unsafe class JpegFile
{
    private const int UnsignedBytes = 0;

    public static byte[] Encode(byte[] rgb, int width, int height)
    {
        string path = Path.Combine(Path.GetTempPath(), $"resnet-net-benchmark-{Guid.NewGuid():N}.jpg");
        try
        {
            fixed (byte* pixels = rgb)
            {
                Save(pixels, (nuint)rgb.Length, width, height, path);
            }

            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Save(byte* pixels, nuint length, int width, int height, string path)
    {
        VipsApi api = VipsApi.Instance;
        using VipsObjectHandle image = new(api, api.NewFromMemory(pixels, length, width, height, 3, UnsignedBytes));
        fixed (byte* name = "jpegsave"u8, imageArgument = "in"u8)
        {
            using VipsObjectHandle operation = new(api, api.OperationNew(name));
            nint native = operation.DangerousGetHandle();
            GValue value = default;
            api.ValueInit(&value, api.ImageType);
            api.ValueSetObject(&value, image.DangerousGetHandle());
            api.SetProperty(native, imageArgument, &value);
            api.ValueUnset(&value);
            Set(api, native, "filename", path);
            Set(api, native, "Q", "90");
            Set(api, native, "subsample_mode", "on");
            if (api.Build(native) != 0)
            {
                throw new InvalidOperationException($"libvips does not write '{path}': {api.TakeError()}");
            }

            api.UnrefOutputs(native);
        }
    }

    private static void Set(VipsApi api, nint operation, string argument, string value)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(argument + "\0"), text = Encoding.UTF8.GetBytes(value + "\0"))
        {
            if (api.SetArgumentFromString(operation, name, text) != 0)
            {
                throw new InvalidOperationException($"libvips refuses {argument}={value}: {api.TakeError()}");
            }
        }
    }
}
