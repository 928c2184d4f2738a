using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Orleans.Tests;

public sealed class LogTests
{
    [Fact]
    public void Events_IdsAndNames_AreStableAndDocumented()
    {
        (int, string)[] events =
        [
            .. typeof(ClusterLog).GetMethods(BindingFlags.Static | BindingFlags.Public)
                .Select(m => (m.GetCustomAttribute<LoggerMessageAttribute>()?.EventId ?? 0, m.Name)).Where(e => e.Item1 > 0).Order(),
        ];

        events.Should().Equal(
            (700, "StoreUnavailable"),
            (701, "ShardGivenUp"),
            (702, "ShardCompleted"),
            (703, "LeaseLost"),
            (704, "RenewalFailed"),
            (705, "ShardFailed"),
            (706, "RowsWaiting"),
            (707, "JobRefused"),
            (708, "ReleaseFailed"),
            (709, "WorkerFailed"),
            (710, "ReportFailed"),
            (711, "SiloEnded"),
            (712, "StuckSessionsEnded"),
            (713, "StuckSessionsKept"),
            (714, "StartNotRecorded"));
        File.ReadLines(Path.Combine(TestFolders.Repository, "docs", "diagnostics.md"))
            .Select(l => Regex.Match(l, @"^\| (7\d\d) \| `(\w+)` \|")).Where(m => m.Success)
            .Select(m => (int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), m.Groups[2].Value)).Order().Should().Equal(events);
    }
}
