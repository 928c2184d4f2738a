namespace ResNet.Net.Internals.Native;

/// <summary>What the locator needs to know of a native library: how it is called on each system, and how a user gets it.</summary>
internal sealed record NativeLibraryDescription
{
    public required string Name { get; init; }

    /// <summary>An export that the library must have: a file of the right name may be another library.</summary>
    public required string Probe { get; init; }

    public required string EnvironmentVariable { get; init; }

    public required string[] FileNames { get; init; }

    public required string Remedy { get; init; }

    public static NativeLibraryDescription OnnxRuntime { get; } = new()
    {
        Name = "onnxruntime",
        Probe = "OrtGetApiBase",
        EnvironmentVariable = "RESNET_NET_ONNXRUNTIME",
        FileNames = OperatingSystem.IsWindows() ? ["onnxruntime.dll"]
            : OperatingSystem.IsMacOS() ? ["libonnxruntime.dylib", "libonnxruntime.1.dylib"]
            : ["libonnxruntime.so", "libonnxruntime.so.1"],
        Remedy = "add a NuGet package that has it (dotnet add package ResNet.Net.Runtime, or Microsoft.ML.OnnxRuntime), or bring it with npm "
            + "(npm install --ignore-scripts onnxruntime-node@1.30.0) and set RESNET_NET_ONNXRUNTIME to the path of its library.",
    };

    public static NativeLibraryDescription Vips { get; } = new()
    {
        Name = "libvips",
        Probe = "vips_init",
        EnvironmentVariable = "RESNET_NET_LIBVIPS",
        FileNames = OperatingSystem.IsWindows() ? ["libvips-42.dll"]
            : OperatingSystem.IsMacOS() ? ["libvips.42.dylib"]
            : ["libvips.so.42"],
        Remedy = "add the NuGet package that has it (dotnet add package ResNet.Net.Runtime), install libvips 8.13 or newer (Debian: apt-get install libvips42; macOS: brew install vips), or bring it with npm "
            + "(npm install --ignore-scripts @img/sharp-libvips-<platform>) and set RESNET_NET_LIBVIPS to the path of its library. "
            + "A caller that has pixels already needs no decoder: pass a PixelView.",
    };

    /// <summary>Not needed, but faster. The probe is new in 2.0, the oldest version whose functions behave as they are used here.</summary>
    public static NativeLibraryDescription TurboJpeg { get; } = new()
    {
        Name = "libturbojpeg",
        Probe = "tjGetErrorCode",
        EnvironmentVariable = "RESNET_NET_LIBTURBOJPEG",
        FileNames = OperatingSystem.IsWindows() ? ["turbojpeg.dll"]
            : OperatingSystem.IsMacOS() ? ["libturbojpeg.0.dylib", "libturbojpeg.dylib"]
            : ["libturbojpeg.so.0"],
        Remedy = "install libturbojpeg 2.0 or newer (Debian: apt-get install libturbojpeg0; macOS: brew install jpeg-turbo), "
            + "or do without: unset RESNET_NET_LIBTURBOJPEG to use it where it is found, or set it to none. libvips decodes JPEG then.",
    };
}
