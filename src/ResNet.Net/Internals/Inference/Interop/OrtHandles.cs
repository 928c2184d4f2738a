using System.Runtime.InteropServices;

namespace ResNet.Net.Internals.Inference.Interop;

/// <summary>A native object of ONNX Runtime, freed by the release function of its kind.</summary>
internal abstract class OrtHandle(OrtApi api) : SafeHandle(0, ownsHandle: true)
{
    protected OrtApi Api { get; } = api;

    public override bool IsInvalid => handle == 0;

    /// <summary>Takes over a native object that a creating function has just returned.</summary>
    public void Adopt(nint native) => SetHandle(native);
}

internal sealed class OrtEnvironmentHandle(OrtApi api) : OrtHandle(api)
{
    protected override unsafe bool ReleaseHandle()
    {
        Api.ReleaseEnv(handle);
        return true;
    }
}

internal sealed class OrtSessionOptionsHandle(OrtApi api) : OrtHandle(api)
{
    protected override unsafe bool ReleaseHandle()
    {
        Api.ReleaseSessionOptions(handle);
        return true;
    }
}

internal sealed class OrtSessionHandle(OrtApi api) : OrtHandle(api)
{
    /// <summary>The names of inputs and outputs: freed with the session, so that a run that is under way keeps them.</summary>
    public Dictionary<string, Utf8Name> Names { get; } = [];

    protected override unsafe bool ReleaseHandle()
    {
        Api.ReleaseSession(handle);
        foreach (Utf8Name name in Names.Values)
        {
            name.Dispose();
        }

        return true;
    }
}

internal sealed class OrtMemoryInfoHandle(OrtApi api) : OrtHandle(api)
{
    protected override unsafe bool ReleaseHandle()
    {
        Api.ReleaseMemoryInfo(handle);
        return true;
    }
}

internal sealed class OrtValueHandle(OrtApi api) : OrtHandle(api)
{
    protected override unsafe bool ReleaseHandle()
    {
        Api.ReleaseValue(handle);
        return true;
    }
}

internal sealed class OrtTypeInfoHandle(OrtApi api) : OrtHandle(api)
{
    protected override unsafe bool ReleaseHandle()
    {
        Api.ReleaseTypeInfo(handle);
        return true;
    }
}

internal sealed class OrtShapeInfoHandle(OrtApi api) : OrtHandle(api)
{
    protected override unsafe bool ReleaseHandle()
    {
        Api.ReleaseTensorTypeAndShapeInfo(handle);
        return true;
    }
}
