using System.Globalization;
using Parquet;
using Parquet.Schema;
using ResNet.Net.Tool.Batch;

namespace ResNet.Net.Orleans.Tests;

public sealed class SqliteJobExportTests(SqliteServer server) : JobExportTests(server), IClassFixture<SqliteServer>;

public sealed class PostgresJobExportTests(PostgresServer server) : JobExportTests(server), IClassFixture<PostgresServer>;

public abstract class JobExportTests(ITestServer server) : StoreTests(server)
{
    private static readonly string[] OddNames
        = ["=SUM(A1)", "with, comma", "with \"quotes\"", "line\nbreak", "ünïcode 🐱", "./relative"];

    [StoreFact]
    public async Task WriteCsv_EveryRow_IsTheRowOfTheStore()
    {
        using TemporaryFolder folder = new();
        string path = folder["rows.csv"];
        ClassificationJob job = await CreateAsync(OddNames.Concat(Names(40)), new JobOptions { ShardSize = 10, TopK = 2 });
        ImageResult[] rows = await CompleteAllAsync(isFailed: i => i % 7 == 6);

        (await JobExport.WriteCsvAsync(Store, job.Id, path)).Should().Be(46);

        using StreamReader reader = new(path);
        CsvRecord[] records = [.. CsvRecord.Read(reader)];
        records[0].Cells.Should().Equal(
            "path", "label", "synset", "probability", "label2", "synset2", "probability2", "error",
            "sha256", "decode_ms", "preprocess_ms", "inference_ms");
        records.Should().HaveCount(47);
        for (int i = 0; i < rows.Length; i++)
        {
            ImageResult row = rows[i];
            string name = row.Name.StartsWith('=') ? $"./{row.Name}" : row.Name;
            records[i + 1].Cells.Should().Equal(row.Succeeded
                ?
                [
                    name,
                    .. row.Predictions.SelectMany(p => (string[])[p.Label, "", p.Probability.ToString("F6", CultureInfo.InvariantCulture)]),
                    "", row.Sha256!, Cell(row.Timings.Decode), Cell(row.Timings.Preprocess), Cell(row.Timings.Inference),
                ]
                : [name, "", "", "", "", "", "", row.Error!, "", "", "", ""]);
        }

        static string Cell(TimeSpan time) => time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture);
    }

    [StoreFact]
    public async Task WriteParquet_EveryValue_IsThatOfTheStore()
    {
        using TemporaryFolder folder = new();
        string path = folder["rows.parquet"];
        ClassificationJob job = await CreateAsync(OddNames.Concat(Names(60_000)), new JobOptions { ShardSize = 20_000, TopK = 2 });
        ImageResult[] rows = await CompleteAllAsync(isFailed: i => i % 7 == 6);

        (await JobExport.WriteParquetAsync(Store, job.Id, path)).Should().Be(60_006);

        await using ParquetReader reader = await ParquetReader.CreateAsync(path);
        reader.RowGroupCount.Should().Be(2);
        Type text = typeof(ReadOnlyMemory<char>);
        reader.Schema.DataFields.Select(f => (f.Name, f.ClrType)).Should().Equal(
            ("image", typeof(long)), ("path", text), ("sha256", text),
            ("class", typeof(int)), ("label", text), ("synset", text), ("probability", typeof(float)),
            ("class2", typeof(int)), ("label2", text), ("synset2", text), ("probability2", typeof(float)),
            ("decode_ms", typeof(float)), ("preprocess_ms", typeof(float)), ("inference_ms", typeof(float)), ("error", text));
        Prediction? At(ImageResult row, int rank) => row.Succeeded ? row.Predictions[rank] : null;
        (await ReadAsync<long>(reader, "image")).Should().Equal(rows.Select(r => r.Index));
        (await ReadTextAsync(reader, "path")).Should().Equal(rows.Select(r => r.Name));
        (await ReadTextAsync(reader, "sha256")).Should().Equal(rows.Select(r => r.Sha256));
        (await ReadNullableAsync<int>(reader, "class")).Should().Equal(rows.Select(r => At(r, 0)?.ClassIndex));
        (await ReadTextAsync(reader, "label")).Should().Equal(rows.Select(r => At(r, 0)?.Label));
        (await ReadTextAsync(reader, "synset")).Should().HaveCount(rows.Length).And.OnlyContain(s => s == null);
        (await ReadNullableAsync<float>(reader, "probability")).Should().Equal(rows.Select(r => At(r, 0)?.Probability));
        (await ReadNullableAsync<int>(reader, "class2")).Should().Equal(rows.Select(r => At(r, 1)?.ClassIndex));
        (await ReadTextAsync(reader, "label2")).Should().Equal(rows.Select(r => At(r, 1)?.Label));
        (await ReadNullableAsync<float>(reader, "probability2")).Should().Equal(rows.Select(r => At(r, 1)?.Probability));
        (await ReadNullableAsync<float>(reader, "decode_ms")).Should().Equal(rows.Select(r => Time(r, r.Timings.Decode)));
        (await ReadNullableAsync<float>(reader, "inference_ms")).Should().Equal(rows.Select(r => Time(r, r.Timings.Inference)));
        (await ReadTextAsync(reader, "error")).Should().Equal(rows.Select(r => r.Error));

        static float? Time(ImageResult row, TimeSpan time) => row.Succeeded ? (float)time.TotalMilliseconds : null;
    }

    [StoreFact]
    public async Task Write_JobWithoutRows_WritesAnEmptyTable()
    {
        using TemporaryFolder folder = new();
        ClassificationJob job = await CreateAsync([]);

        (await JobExport.WriteCsvAsync(Store, job.Id, folder["empty.csv"])).Should().Be(0);
        (await JobExport.WriteParquetAsync(Store, job.Id, folder["empty.parquet"])).Should().Be(0);

        File.ReadAllLines(folder["empty.csv"]).Should().ContainSingle();
        await using ParquetReader reader = await ParquetReader.CreateAsync(folder["empty.parquet"]);
        reader.Schema.DataFields.Should().HaveCount(3 + (4 * 5) + 4);
    }

    [StoreFact]
    public async Task Write_FailsInTheMiddle_LeavesTheExistingFile()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("rows.csv", "before");
        ClassificationJob job = await CreateAsync(Names(15_000), new JobOptions { ShardSize = 15_000 });
        await CompleteAllAsync();
        IProgress<long> full = new FullDisk();

        await FluentActions.Awaiting(() => JobExport.WriteCsvAsync(Store, job.Id, path, full)).Should().ThrowAsync<IOException>();
        await FluentActions.Awaiting(() => JobExport.WriteParquetAsync(Store, job.Id, path, full)).Should().ThrowAsync<IOException>();

        Directory.GetFiles(folder.FullPath).Should().Equal(path);
        File.ReadAllText(path).Should().Be("before");
        (await JobExport.WriteCsvAsync(Store, job.Id, path)).Should().Be(15_000);
    }

    [StoreFact]
    public async Task Write_JobIsDeletedMeanwhile_IsSaid_AndLeavesTheExistingFile()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("rows.csv", "before");
        for (int i = 0; i < 2; i++)
        {
            // 15,000 rows are read in two pages, and the job is deleted after the first.
            ClassificationJob job = await CreateAsync(Names(15_000), new JobOptions { ShardSize = 15_000 });
            await CompleteAllAsync();
            await using JobStore other = await JobStore.OpenAsync(Database.Location);
            IProgress<long> deletion = new Callback(() => other.DeleteJobAsync(job.Id).GetAwaiter().GetResult());

            Func<Task> export = i == 0
                ? () => JobExport.WriteCsvAsync(Store, job.Id, path, deletion)
                : () => JobExport.WriteParquetAsync(Store, job.Id, path, deletion);

            (await export.Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain("was deleted");
        }

        Directory.GetFiles(folder.FullPath).Should().Equal(path);
        File.ReadAllText(path).Should().Be("before");
    }

    private static async Task<List<T>> ReadAsync<T>(ParquetReader reader, string name)
        where T : struct
    {
        List<T> values = [];
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            T[] column = new T[group.RowCount];
            await group.ReadAsync<T>(Field(reader, name), column);
            values.AddRange(column);
        }

        return values;
    }

    private static async Task<List<T?>> ReadNullableAsync<T>(ParquetReader reader, string name)
        where T : struct
    {
        List<T?> values = [];
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            T?[] column = new T?[group.RowCount];
            await group.ReadAsync<T>(Field(reader, name), column.AsMemory());
            values.AddRange(column);
        }

        return values;
    }

    private static async Task<List<string?>> ReadTextAsync(ParquetReader reader, string name)
    {
        List<string?> values = [];
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            string?[] column = new string?[group.RowCount];
            await group.ReadAsync(Field(reader, name), column.AsMemory()!);
            values.AddRange(column);
        }

        return values;
    }

    private static DataField Field(ParquetReader reader, string name) => reader.Schema.DataFields.Single(f => f.Name == name);

    private sealed class Callback(Action work) : IProgress<long>
    {
        public void Report(long value) => work();
    }

    private sealed class FullDisk : IProgress<long>
    {
        public void Report(long value) => throw new IOException("no space left");
    }
}
