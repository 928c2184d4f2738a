using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Comparison;

/// <summary>Writes progress to the console, with the seconds since the start of the program.</summary>
internal static class ProgressLog
{
    private static readonly long Start = Stopwatch.GetTimestamp();

    public static void Write(string message)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(Start).TotalSeconds,5:0} s  {message}"));
}
