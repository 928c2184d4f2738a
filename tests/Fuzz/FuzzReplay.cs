using System.Globalization;

namespace ResNet.Net.Fuzz;

/// <summary>Runs saved inputs, each in a child process of its own. Their names begin with their kind and settings.</summary>
internal static class FuzzReplay
{
    public static string NameOf(FuzzInput input, string outcome, long index)
        => string.Create(CultureInfo.InvariantCulture, $"{input.Kind}_{input.Settings:X8}_{outcome}_{index}.bin");

    public static int Run(string target, string[] files)
    {
        int faults = 0;
        foreach (string file in files)
        {
            string[] parts = Path.GetFileName(file).Split('_');
            int settings = parts.Length < 3 ? 0 : int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            using ChildProcess child = new(target);
            FuzzResult result = child.Run([new FuzzInput(parts[0], settings, File.ReadAllBytes(file))])[0];
            faults += result.Outcome.Fault is null ? 0 : 1;
            Console.WriteLine(
                $"{file}: {result.Outcome.Group} {result.Outcome.Name}, {result.Time.TotalMilliseconds:F0} ms, {result.Growth >> 20} MB. "
                + $"{result.Outcome.Shape} {result.Outcome.Fault}");
        }

        return faults == 0 ? 0 : 1;
    }
}
