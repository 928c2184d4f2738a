namespace ResNet.Net.Tests.Support;

/// <summary>Marks a theory that needs NumPy for Python. It is skipped if the package is missing, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonNumpyTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<string?> LazySkipReason = new(
        () => Environment.GetEnvironmentVariable("CI") == "true" || OnnxChecker.CanImport("numpy")
            ? null
            : "needs NumPy for Python, which is not installed (Debian and Ubuntu: apt-get install python3-numpy)");

    public PythonNumpyTheoryAttribute() => Skip = LazySkipReason.Value;
}
