using System.Diagnostics;

namespace ResNet.Net.Benchmarks;

/// <summary>Times work in rounds. Each round runs every action once, so that other load affects all of them.</summary>
internal static class Rounds
{
    /// <summary>Runs all actions in every round.</summary>
    /// <param name="warmUps">The number of additional rounds that come first and are not recorded.</param>
    /// <param name="rounds">The number of recorded rounds.</param>
    /// <param name="actions">The actions.</param>
    /// <returns>Milliseconds as <c>[action][round]</c>.</returns>
    public static double[][] Measure(int warmUps, int rounds, IReadOnlyList<Action> actions)
    {
        double[][] times = [.. actions.Select(_ => new double[rounds])];
        for (int round = -warmUps; round < rounds; round++)
        {
            for (int action = 0; action < actions.Count; action++)
            {
                times[action][Math.Max(round, 0)] = Time(actions[action]);
            }
        }

        return times;
    }

    /// <summary>Returns the milliseconds that an action takes.</summary>
    public static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
