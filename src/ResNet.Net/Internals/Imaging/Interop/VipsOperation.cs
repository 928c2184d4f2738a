namespace ResNet.Net.Internals.Imaging.Interop;

/// <summary>One operation of libvips: arguments in, image or bytes out. Names and values are zero-terminated UTF-8 literals.</summary>
internal sealed unsafe class VipsOperation : IDisposable
{
    private readonly VipsApi _api;
    private readonly VipsObjectHandle _handle;

    public VipsOperation(VipsApi api, ReadOnlySpan<byte> name)
    {
        _api = api;
        fixed (byte* text = name)
        {
            _handle = new VipsObjectHandle(api, api.OperationNew(text));
        }

        if (_handle.IsInvalid)
        {
            throw new NativeLibraryException("libvips", $"libvips {api.Version} at '{api.LibraryPath}' cannot make the operation {System.Text.Encoding.UTF8.GetString(name)}: {api.TakeError()}");
        }
    }

    private nint Native => _handle.DangerousGetHandle();

    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        fixed (byte* text = name)
        {
            fixed (byte* valueText = value)
            {
                if (_api.SetArgumentFromString(Native, text, valueText) != 0)
                {
                    throw new NativeLibraryException("libvips", $"libvips {_api.Version} refuses {System.Text.Encoding.UTF8.GetString(name)}={System.Text.Encoding.UTF8.GetString(value)}: {_api.TakeError()}");
                }
            }
        }
    }

    public void SetImage(ReadOnlySpan<byte> name, VipsObjectHandle image)
    {
        GValue value = default;
        _api.ValueInit(&value, _api.ImageType);
        _api.ValueSetObject(&value, image.DangerousGetHandle());
        SetAndUnset(name, &value);
    }

    /// <summary>Hands memory over by reference: it must stay pinned until every image made from it is gone.</summary>
    public void SetMemory(ReadOnlySpan<byte> name, void* memory, int length)
    {
        nint blob = _api.BlobNew(0, memory, (nuint)length);
        GValue value = default;
        _api.ValueInit(&value, _api.BlobType);
        _api.ValueSetBoxed(&value, blob);
        _api.AreaUnref(blob);
        SetAndUnset(name, &value);
    }

    /// <summary>Runs the operation; null when it fails (<see cref="VipsApi.TakeError"/> tells why).</summary>
    public VipsObjectHandle? Run()
    {
        if (_api.Build(Native) != 0)
        {
            return null;
        }

        GValue value = default;
        Get("out"u8, _api.ImageType, &value);
        VipsObjectHandle image = new(_api, _api.ValueDupObject(&value));
        _api.ValueUnset(&value);
        return image;
    }

    /// <summary>Runs the operation for bytes; null when it fails.</summary>
    public byte[]? RunToBytes(ReadOnlySpan<byte> name)
    {
        if (_api.Build(Native) != 0)
        {
            return null;
        }

        GValue value = default;
        Get(name, _api.BlobType, &value);
        nuint length = 0;
        void* start = _api.BlobGet(_api.ValueGetBoxed(&value), &length);
        byte[] bytes = new ReadOnlySpan<byte>(start, checked((int)length)).ToArray();
        _api.ValueUnset(&value);
        return bytes;
    }

    public void Dispose()
    {
        if (!_handle.IsInvalid && !_handle.IsClosed)
        {
            _api.UnrefOutputs(Native);
        }

        _handle.Dispose();
    }

    private void Get(ReadOnlySpan<byte> name, nuint type, GValue* value)
    {
        _api.ValueInit(value, type);
        fixed (byte* text = name)
        {
            _api.GetProperty(Native, text, value);
        }
    }

    private void SetAndUnset(ReadOnlySpan<byte> name, GValue* value)
    {
        fixed (byte* text = name)
        {
            _api.SetProperty(Native, text, value);
        }

        _api.ValueUnset(value);
    }
}
