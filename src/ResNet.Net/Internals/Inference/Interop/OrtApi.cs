using System.Runtime.InteropServices;
using ResNet.Net.Internals.Native;

namespace ResNet.Net.Internals.Inference.Interop;

/// <summary>
/// ONNX Runtime's C API as function pointers, from <c>OrtGetApiBase()->GetApi(16)</c>. The table is append-only, so that the indices
/// below, the positions of the functions in <c>struct OrtApi</c> of onnxruntime_c_api.h, hold for every build from 1.16 on.
/// </summary>
internal sealed unsafe class OrtApi
{
    private const uint ApiVersion = 16;

    private OrtApi(nint* table, string libraryPath, string version)
    {
        LibraryPath = libraryPath;
        Version = version;
        GetErrorCode = (delegate* unmanaged<nint, int>)table[1];
        GetErrorMessage = (delegate* unmanaged<nint, byte*>)table[2];
        CreateEnvWithCustomLogger = (delegate* unmanaged<delegate* unmanaged<nint, int, byte*, byte*, byte*, byte*, void>, nint, int, byte*, nint*, nint>)table[4];
        DisableTelemetryEvents = (delegate* unmanaged<nint, nint>)table[6];
        CreateSession = (delegate* unmanaged<nint, void*, nint, nint*, nint>)table[7];
        CreateSessionFromArray = (delegate* unmanaged<nint, void*, nuint, nint, nint*, nint>)table[8];
        Run = (delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)table[9];
        CreateSessionOptions = (delegate* unmanaged<nint*, nint>)table[10];
        SetOptimizedModelFilePath = (delegate* unmanaged<nint, void*, nint>)table[11];
        SetSessionLogId = (delegate* unmanaged<nint, byte*, nint>)table[20];
        SetSessionLogSeverityLevel = (delegate* unmanaged<nint, int, nint>)table[22];
        SetSessionGraphOptimizationLevel = (delegate* unmanaged<nint, int, nint>)table[23];
        SetIntraOpNumThreads = (delegate* unmanaged<nint, int, nint>)table[24];
        SetInterOpNumThreads = (delegate* unmanaged<nint, int, nint>)table[25];
        SessionGetInputCount = (delegate* unmanaged<nint, nuint*, nint>)table[30];
        SessionGetOutputCount = (delegate* unmanaged<nint, nuint*, nint>)table[31];
        SessionGetInputTypeInfo = (delegate* unmanaged<nint, nuint, nint*, nint>)table[33];
        SessionGetOutputTypeInfo = (delegate* unmanaged<nint, nuint, nint*, nint>)table[34];
        SessionGetInputName = (delegate* unmanaged<nint, nuint, nint, nint*, nint>)table[36];
        SessionGetOutputName = (delegate* unmanaged<nint, nuint, nint, nint*, nint>)table[37];
        CreateTensorWithDataAsOrtValue = (delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)table[49];
        GetTensorMutableData = (delegate* unmanaged<nint, void**, nint>)table[51];
        CastTypeInfoToTensorInfo = (delegate* unmanaged<nint, nint*, nint>)table[55];
        GetTensorElementType = (delegate* unmanaged<nint, int*, nint>)table[60];
        GetDimensionsCount = (delegate* unmanaged<nint, nuint*, nint>)table[61];
        GetDimensions = (delegate* unmanaged<nint, long*, nuint, nint>)table[62];
        GetTensorTypeAndShape = (delegate* unmanaged<nint, nint*, nint>)table[65];
        CreateCpuMemoryInfo = (delegate* unmanaged<int, int, nint*, nint>)table[69];
        AllocatorFree = (delegate* unmanaged<nint, nint, nint>)table[76];
        GetAllocatorWithDefaultOptions = (delegate* unmanaged<nint*, nint>)table[78];
        ReleaseEnv = (delegate* unmanaged<nint, void>)table[92];
        ReleaseStatus = (delegate* unmanaged<nint, void>)table[93];
        ReleaseMemoryInfo = (delegate* unmanaged<nint, void>)table[94];
        ReleaseSession = (delegate* unmanaged<nint, void>)table[95];
        ReleaseValue = (delegate* unmanaged<nint, void>)table[96];
        ReleaseTypeInfo = (delegate* unmanaged<nint, void>)table[98];
        ReleaseTensorTypeAndShapeInfo = (delegate* unmanaged<nint, void>)table[99];
        ReleaseSessionOptions = (delegate* unmanaged<nint, void>)table[100];
        GetAvailableProviders = (delegate* unmanaged<byte***, int*, nint>)table[125];
        ReleaseAvailableProviders = (delegate* unmanaged<byte**, int, nint>)table[126];
        AddSessionConfigEntry = (delegate* unmanaged<nint, byte*, byte*, nint>)table[130];
        AppendTensorRT = (delegate* unmanaged<nint, nint, nint>)table[170];
        CreateTensorRTOptions = (delegate* unmanaged<nint*, nint>)table[171];
        UpdateTensorRTOptions = (delegate* unmanaged<nint, byte**, byte**, nuint, nint>)table[172];
        ReleaseTensorRTOptions = (delegate* unmanaged<nint, void>)table[174];
        AppendCuda = (delegate* unmanaged<nint, nint, nint>)table[204];
        CreateCudaOptions = (delegate* unmanaged<nint*, nint>)table[205];
        UpdateCudaOptions = (delegate* unmanaged<nint, byte**, byte**, nuint, nint>)table[206];
        ReleaseCudaOptions = (delegate* unmanaged<nint, void>)table[208];
        AppendExecutionProvider = (delegate* unmanaged<nint, byte*, byte**, byte**, nuint, nint>)table[216];
    }

    public string LibraryPath { get; }

    /// <summary>ONNX Runtime's version, such as <c>1.30.0</c>.</summary>
    public string Version { get; }

    public delegate* unmanaged<nint, int> GetErrorCode { get; }

    public delegate* unmanaged<nint, byte*> GetErrorMessage { get; }

    public delegate* unmanaged<delegate* unmanaged<nint, int, byte*, byte*, byte*, byte*, void>, nint, int, byte*, nint*, nint> CreateEnvWithCustomLogger { get; }

    public delegate* unmanaged<nint, nint> DisableTelemetryEvents { get; }

    public delegate* unmanaged<nint, void*, nint, nint*, nint> CreateSession { get; }

    public delegate* unmanaged<nint, void*, nuint, nint, nint*, nint> CreateSessionFromArray { get; }

    public delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint> Run { get; }

    public delegate* unmanaged<nint*, nint> CreateSessionOptions { get; }

    public delegate* unmanaged<nint, void*, nint> SetOptimizedModelFilePath { get; }

    public delegate* unmanaged<nint, byte*, nint> SetSessionLogId { get; }

    public delegate* unmanaged<nint, int, nint> SetSessionLogSeverityLevel { get; }

    public delegate* unmanaged<nint, int, nint> SetSessionGraphOptimizationLevel { get; }

    public delegate* unmanaged<nint, int, nint> SetIntraOpNumThreads { get; }

    public delegate* unmanaged<nint, int, nint> SetInterOpNumThreads { get; }

    public delegate* unmanaged<nint, nuint*, nint> SessionGetInputCount { get; }

    public delegate* unmanaged<nint, nuint*, nint> SessionGetOutputCount { get; }

    public delegate* unmanaged<nint, nuint, nint*, nint> SessionGetInputTypeInfo { get; }

    public delegate* unmanaged<nint, nuint, nint*, nint> SessionGetOutputTypeInfo { get; }

    public delegate* unmanaged<nint, nuint, nint, nint*, nint> SessionGetInputName { get; }

    public delegate* unmanaged<nint, nuint, nint, nint*, nint> SessionGetOutputName { get; }

    public delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint> CreateTensorWithDataAsOrtValue { get; }

    public delegate* unmanaged<nint, void**, nint> GetTensorMutableData { get; }

    public delegate* unmanaged<nint, nint*, nint> CastTypeInfoToTensorInfo { get; }

    public delegate* unmanaged<nint, int*, nint> GetTensorElementType { get; }

    public delegate* unmanaged<nint, nuint*, nint> GetDimensionsCount { get; }

    public delegate* unmanaged<nint, long*, nuint, nint> GetDimensions { get; }

    public delegate* unmanaged<nint, nint*, nint> GetTensorTypeAndShape { get; }

    public delegate* unmanaged<int, int, nint*, nint> CreateCpuMemoryInfo { get; }

    public delegate* unmanaged<nint, nint, nint> AllocatorFree { get; }

    public delegate* unmanaged<nint*, nint> GetAllocatorWithDefaultOptions { get; }

    public delegate* unmanaged<nint, void> ReleaseEnv { get; }

    public delegate* unmanaged<nint, void> ReleaseStatus { get; }

    public delegate* unmanaged<nint, void> ReleaseMemoryInfo { get; }

    public delegate* unmanaged<nint, void> ReleaseSession { get; }

    public delegate* unmanaged<nint, void> ReleaseValue { get; }

    public delegate* unmanaged<nint, void> ReleaseTypeInfo { get; }

    public delegate* unmanaged<nint, void> ReleaseTensorTypeAndShapeInfo { get; }

    public delegate* unmanaged<nint, void> ReleaseSessionOptions { get; }

    public delegate* unmanaged<byte***, int*, nint> GetAvailableProviders { get; }

    public delegate* unmanaged<byte**, int, nint> ReleaseAvailableProviders { get; }

    public delegate* unmanaged<nint, byte*, byte*, nint> AddSessionConfigEntry { get; }

    public delegate* unmanaged<nint, nint, nint> AppendTensorRT { get; }

    public delegate* unmanaged<nint*, nint> CreateTensorRTOptions { get; }

    public delegate* unmanaged<nint, byte**, byte**, nuint, nint> UpdateTensorRTOptions { get; }

    public delegate* unmanaged<nint, void> ReleaseTensorRTOptions { get; }

    public delegate* unmanaged<nint, nint, nint> AppendCuda { get; }

    public delegate* unmanaged<nint*, nint> CreateCudaOptions { get; }

    public delegate* unmanaged<nint, byte**, byte**, nuint, nint> UpdateCudaOptions { get; }

    public delegate* unmanaged<nint, void> ReleaseCudaOptions { get; }

    public delegate* unmanaged<nint, byte*, byte**, byte**, nuint, nint> AppendExecutionProvider { get; }

    /// <exception cref="NativeLibraryException">The library is not found, or older than 1.16.</exception>
    public static OrtApi Load(string? explicitPath)
    {
        (nint library, string path) = NativeLibraryLocator.Load(NativeLibraryDescription.OnnxRuntime, explicitPath);
        var getApiBase = (delegate* unmanaged<ApiBase*>)NativeLibrary.GetExport(library, "OrtGetApiBase");
        ApiBase* apiBase = getApiBase();
        string version = Marshal.PtrToStringUTF8((nint)apiBase->GetVersionString()) ?? "unknown";
        nint* table = apiBase->GetApi(ApiVersion);
        return table is not null
            ? new OrtApi(table, path, version)
            : throw new NativeLibraryException("onnxruntime", $"{path} is ONNX Runtime {version}; version 1.16 or newer is needed. "
                + $"To fix it: {NativeLibraryDescription.OnnxRuntime.Remedy}");
    }

    /// <summary>Every status goes through here: turns one that is not null into an exception and frees it.</summary>
    /// <exception cref="OnnxRuntimeException">The status is an error.</exception>
    public void Check(nint status, string doing)
    {
        if (status != 0)
        {
            int code = GetErrorCode(status);
            string message = Marshal.PtrToStringUTF8((nint)GetErrorMessage(status)) ?? "";
            ReleaseStatus(status);
            throw new OnnxRuntimeException(code, $"ONNX Runtime {Version} failed {doing}: {message.Trim()} (error code {code})");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ApiBase
    {
        public delegate* unmanaged<uint, nint*> GetApi;
        public delegate* unmanaged<byte*> GetVersionString;
    }
}
