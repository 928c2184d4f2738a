namespace ResNet.Net.Packages.Tests;

/// <summary>
/// Names each publish mode that is not tested and the reason in a skipped test. In CI the test runs and checks the reason, since no test
/// may be skipped there.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MissingPacksFactAttribute : FactAttribute
{
    public MissingPacksFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true")
        {
            string[] reasons =
            [
                .. PublishMode.All.Select(m => (m.Name, Reason: m.MissingAsync().GetAwaiter().GetResult()))
                    .Where(m => m.Reason is not null).Select(m => $"{m.Name} is not tested: {m.Reason}"),
            ];
            Skip = reasons.Length > 0 ? string.Join(" ", reasons) : null;
        }
    }
}
