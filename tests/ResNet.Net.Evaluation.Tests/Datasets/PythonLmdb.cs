using System.Globalization;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>Marks a test that needs LMDB's Python package. It is skipped if the package is missing, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonLmdbFactAttribute : FactAttribute
{
    public PythonLmdbFactAttribute() => Skip = PythonLmdb.SkipReason.Value;
}

/// <summary>Writes databases with LMDB's C library, through its Python package as installed by the operating system.</summary>
internal static class PythonLmdb
{
    // Each transaction writes some records; a record without a value is deleted.
    private const string Program = """
        import sys, lmdb
        path, size = sys.argv[1], int(sys.argv[2])
        environment = lmdb.open(path, map_size=1 << 30, subdir=not path.endswith('.mdb'))
        lines = sys.stdin.read().splitlines()
        for start in range(0, len(lines), size):
            with environment.begin(write=True) as transaction:
                for line in lines[start:start + size]:
                    key, value = line.split(' ')
                    if value:
                        transaction.put(bytes.fromhex(key), bytes.fromhex(value))
                    else:
                        transaction.delete(bytes.fromhex(key))
        environment.close()
        """;

    public static Lazy<string?> SkipReason { get; } = new(()
        => Environment.GetEnvironmentVariable("CI") == "true" || OnnxChecker.CanImport("lmdb")
            ? null
            : "needs LMDB's Python package, which is not installed (Debian and Ubuntu: apt-get install python3-lmdb)");

    /// <summary>Writes records to a new database.</summary>
    /// <param name="path">The folder, or a file with the extension <c>.mdb</c>.</param>
    /// <param name="records">Keys and values in the order of writing; an empty value deletes the key.</param>
    /// <param name="transactionSize">The number of records of a transaction.</param>
    public static Task WriteAsync(string path, IEnumerable<(byte[] Key, byte[] Value)> records, int transactionSize = 1000)
        => OnnxChecker.RunAsync(
            Program,
            string.Join('\n', records.Select(r => $"{Convert.ToHexString(r.Key)} {Convert.ToHexString(r.Value)}")),
            path,
            transactionSize.ToString(CultureInfo.InvariantCulture));
}
