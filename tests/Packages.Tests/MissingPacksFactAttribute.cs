namespace ResNet.Net.Packages.Tests;

/// <summary>Where a publish mode is not tested, a skipped test names it and the reason; in CI it runs and checks the reason, since there nothing may be skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MissingPacksFactAttribute : FactAttribute
{
    public MissingPacksFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true")
        {
            string[] reasons = [.. PublishMode.All.Select(m => (m.Name, Reason: m.MissingAsync().GetAwaiter().GetResult())).Where(m => m.Reason is not null).Select(m => $"{m.Name} is not tested: {m.Reason}")];
            Skip = reasons.Length > 0 ? string.Join(" ", reasons) : null;
        }
    }
}
