using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Onnx.Tests;

/// <summary>
/// The program of the test assembly: loads a small model, then a large one, whose paths are its arguments. Prints by how many bytes the
/// peak memory of the process exceeds its memory before the large model.
/// </summary>
internal static class MemoryProbe
{
    public static int Main(string[] arguments)
    {
        _ = OnnxModel.Load(arguments[0]).Check();
        long before = Environment.WorkingSet;
        OnnxModel model = OnnxModel.Load(arguments[1]);
        using Process process = Process.GetCurrentProcess();
        long peak = Math.Max(process.PeakWorkingSet64, Environment.WorkingSet); // macOS reports no peak
        Console.WriteLine((peak - before).ToString(CultureInfo.InvariantCulture));
        GC.KeepAlive(model);
        return 0;
    }
}
