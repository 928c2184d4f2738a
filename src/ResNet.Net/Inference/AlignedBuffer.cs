using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ResNet.Net;

/// <summary>Represents native memory for floats, aligned to 64 bytes. It never moves, so that ONNX Runtime can keep its address.</summary>
internal sealed unsafe class AlignedBuffer : SafeHandle
{
    public const int Alignment = 64;

    public AlignedBuffer(int length)
        : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;
        nuint bytes = (nuint)length * sizeof(float);
        SetHandle((nint)NativeMemory.AlignedAlloc(bytes, Alignment));
        NativeMemory.Clear((void*)handle, bytes);
    }

    /// <summary>Gets the number of floats.</summary>
    public int Length { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>Gets the memory, which is valid until the buffer is disposed.</summary>
    public Span<float> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return new Span<float>((void*)handle, Length);
        }
    }

    public nint Address => handle;

    /// <summary>Creates a tensor over the buffer, starting at an element. The buffer must outlive the tensor.</summary>
    public OrtValue CreateTensor(long[] shape, int start = 0)
    {
        long count = 1;
        foreach (long dimension in shape)
        {
            count *= dimension;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length - start, nameof(shape));
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (nint)((float*)handle + start), count * sizeof(float));
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
