using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Onnx.Tests;

/// <summary>
/// The test assembly as a program: a process of its own that reads a model. Arguments: a small model, which it reads first, and the model. Prints by how many bytes the
/// most memory that the process ever had exceeds what it had before it read the second.
/// </summary>
internal static class MemoryProbe
{
    public static int Main(string[] arguments)
    {
        _ = OnnxModel.Load(arguments[0]).Check();
        long before = Environment.WorkingSet;
        OnnxModel model = OnnxModel.Load(arguments[1]);
        using Process process = Process.GetCurrentProcess();
        long peak = Math.Max(process.PeakWorkingSet64, Environment.WorkingSet); // macOS tells no peak
        Console.WriteLine((peak - before).ToString(CultureInfo.InvariantCulture));
        GC.KeepAlive(model);
        return 0;
    }
}
