using System.Runtime.InteropServices;
using ResNet.Net.Internals.Native;

namespace ResNet.Net.Internals.Imaging.Interop;

/// <summary>The part of libvips and GObject that decoding and writing pictures need, as function pointers; nothing with variable arguments.</summary>
internal sealed unsafe class VipsApi
{
    private static readonly Lazy<VipsApi> LazyInstance = new(() => new VipsApi(), LazyThreadSafetyMode.ExecutionAndPublication);

    private VipsApi()
    {
        (nint library, string path) = NativeLibraryLocator.Load(NativeLibraryDescription.Vips, null);
        LibraryPath = path;
        nint Export(string name) => NativeLibrary.TryGetExport(library, name, out nint address)
            ? address
            : throw new NativeLibraryException("libvips", $"'{path}' has no function '{name}'; libvips 8.13 or newer is needed. To fix it: {NativeLibraryDescription.Vips.Remedy}");

        var initialise = (delegate* unmanaged<byte*, int>)Export("vips_init");
        ErrorBufferCopy = (delegate* unmanaged<nint>)Export("vips_error_buffer_copy");
        ErrorClear = (delegate* unmanaged<void>)Export("vips_error_clear");
        Free = (delegate* unmanaged<nint, void>)Export("g_free");
        OperationNew = (delegate* unmanaged<byte*, nint>)Export("vips_operation_new");
        SetArgumentFromString = (delegate* unmanaged<nint, byte*, byte*, int>)Export("vips_object_set_argument_from_string");
        Build = (delegate* unmanaged<nint, int>)Export("vips_object_build");
        UnrefOutputs = (delegate* unmanaged<nint, void>)Export("vips_object_unref_outputs");
        Unref = (delegate* unmanaged<nint, void>)Export("g_object_unref");
        Ref = (delegate* unmanaged<nint, nint>)Export("g_object_ref");
        GetProperty = (delegate* unmanaged<nint, byte*, GValue*, void>)Export("g_object_get_property");
        SetProperty = (delegate* unmanaged<nint, byte*, GValue*, void>)Export("g_object_set_property");
        ValueInit = (delegate* unmanaged<GValue*, nuint, GValue*>)Export("g_value_init");
        ValueUnset = (delegate* unmanaged<GValue*, void>)Export("g_value_unset");
        ValueSetBoxed = (delegate* unmanaged<GValue*, nint, void>)Export("g_value_set_boxed");
        ValueGetBoxed = (delegate* unmanaged<GValue*, nint>)Export("g_value_get_boxed");
        ValueSetObject = (delegate* unmanaged<GValue*, nint, void>)Export("g_value_set_object");
        ValueDupObject = (delegate* unmanaged<GValue*, nint>)Export("g_value_dup_object");
        BlobNew = (delegate* unmanaged<nint, void*, nuint, nint>)Export("vips_blob_new");
        BlobGet = (delegate* unmanaged<nint, nuint*, void*>)Export("vips_blob_get");
        AreaUnref = (delegate* unmanaged<nint, void>)Export("vips_area_unref");
        Width = (delegate* unmanaged<nint, int>)Export("vips_image_get_width");
        Height = (delegate* unmanaged<nint, int>)Export("vips_image_get_height");
        Bands = (delegate* unmanaged<nint, int>)Export("vips_image_get_bands");
        Format = (delegate* unmanaged<nint, int>)Export("vips_image_get_format");
        Interpretation = (delegate* unmanaged<nint, int>)Export("vips_image_get_interpretation");
        Orientation = (delegate* unmanaged<nint, int>)Export("vips_image_get_orientation");
        NewFromMemory = (delegate* unmanaged<void*, nuint, int, int, int, int, nint>)Export("vips_image_new_from_memory");
        Write = (delegate* unmanaged<nint, nint, int>)Export("vips_image_write");
        var version = (delegate* unmanaged<int, int>)Export("vips_version");
        var blobType = (delegate* unmanaged<nuint>)Export("vips_blob_get_type");
        var imageType = (delegate* unmanaged<nuint>)Export("vips_image_get_type");
        var setConcurrency = (delegate* unmanaged<int, void>)Export("vips_concurrency_set");
        var setCacheSize = (delegate* unmanaged<int, void>)Export("vips_cache_set_max");
        var blockUntrusted = (delegate* unmanaged<int, void>)Export("vips_block_untrusted_set");
        var block = (delegate* unmanaged<byte*, int, void>)Export("vips_operation_block_set");
        var setLogHandler = (delegate* unmanaged<byte*, int, delegate* unmanaged<nint, int, nint, nint, void>, nint, uint>)Export("g_log_set_handler");

        fixed (byte* name = "ResNet.Net"u8)
        {
            if (initialise(name) != 0)
            {
                throw new NativeLibraryException("libvips", $"'{path}' does not initialise: {TakeError()}");
            }
        }

        Version = $"{version(0)}.{version(1)}.{version(2)}";
        BlobType = blobType();
        ImageType = imageType();

        // A picture is decoded once: no threads beside the caller's own, nothing kept.
        setConcurrency(1);
        setCacheSize(0);

        // Loaders are chosen by name from the allow-list; this is the second lock on the same door.
        blockUntrusted(1);
        Block(block, "VipsForeignLoad"u8, 1);
        foreach (string allowed in new[] { "Jpeg", "Png", "Webp", "Nsgif", "Tiff" })
        {
            Block(block, System.Text.Encoding.UTF8.GetBytes($"VipsForeignLoad{allowed}\0"), 0);
        }

        // Warnings about strangers' pictures must not fill the application's standard error; errors reach the caller as exceptions.
        const int AllLevels = -1 & ~3;
        fixed (byte* domain = "VIPS"u8)
        {
            _ = setLogHandler(domain, AllLevels, &IgnoreLog, 0);
        }
    }

    /// <summary>libvips in this process, loaded on first use.</summary>
    /// <exception cref="NativeLibraryException">The library cannot be loaded.</exception>
    public static VipsApi Instance => LazyInstance.Value;

    public string LibraryPath { get; }

    public string Version { get; }

    public nuint BlobType { get; }

    public nuint ImageType { get; }

    public delegate* unmanaged<nint> ErrorBufferCopy { get; }

    public delegate* unmanaged<void> ErrorClear { get; }

    public delegate* unmanaged<nint, void> Free { get; }

    public delegate* unmanaged<byte*, nint> OperationNew { get; }

    public delegate* unmanaged<nint, byte*, byte*, int> SetArgumentFromString { get; }

    public delegate* unmanaged<nint, int> Build { get; }

    public delegate* unmanaged<nint, void> UnrefOutputs { get; }

    public delegate* unmanaged<nint, void> Unref { get; }

    public delegate* unmanaged<nint, nint> Ref { get; }

    public delegate* unmanaged<nint, byte*, GValue*, void> GetProperty { get; }

    public delegate* unmanaged<nint, byte*, GValue*, void> SetProperty { get; }

    public delegate* unmanaged<GValue*, nuint, GValue*> ValueInit { get; }

    public delegate* unmanaged<GValue*, void> ValueUnset { get; }

    public delegate* unmanaged<GValue*, nint, void> ValueSetBoxed { get; }

    public delegate* unmanaged<GValue*, nint> ValueGetBoxed { get; }

    public delegate* unmanaged<GValue*, nint, void> ValueSetObject { get; }

    public delegate* unmanaged<GValue*, nint> ValueDupObject { get; }

    public delegate* unmanaged<nint, void*, nuint, nint> BlobNew { get; }

    public delegate* unmanaged<nint, nuint*, void*> BlobGet { get; }

    public delegate* unmanaged<nint, void> AreaUnref { get; }

    public delegate* unmanaged<nint, int> Width { get; }

    public delegate* unmanaged<nint, int> Height { get; }

    public delegate* unmanaged<nint, int> Bands { get; }

    public delegate* unmanaged<nint, int> Format { get; }

    public delegate* unmanaged<nint, int> Interpretation { get; }

    public delegate* unmanaged<nint, int> Orientation { get; }

    public delegate* unmanaged<void*, nuint, int, int, int, int, nint> NewFromMemory { get; }

    public delegate* unmanaged<nint, nint, int> Write { get; }

    /// <summary>Takes libvips' error text. It has one buffer a process: under concurrent failures a text may hold another picture's line.</summary>
    public string TakeError()
    {
        nint text = ErrorBufferCopy();
        ErrorClear();
        string message = Marshal.PtrToStringUTF8(text) ?? "";
        Free(text);
        return string.Join("; ", message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct());
    }

    private static void Block(delegate* unmanaged<byte*, int, void> block, ReadOnlySpan<byte> name, int state)
    {
        fixed (byte* text = name)
        {
            block(text, state);
        }
    }

    [UnmanagedCallersOnly]
    private static void IgnoreLog(nint domain, int level, nint message, nint data)
    {
    }
}
