using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Comparison;

/// <summary>Writes progress to the console, with the seconds since the start of the program.</summary>
internal static class ProgressLog
{
    private static readonly long Start = Stopwatch.GetTimestamp();

    public static void Write(string message)
    {
        double seconds = Stopwatch.GetElapsedTime(Start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds,5:0} s  {message}"));
    }
}
