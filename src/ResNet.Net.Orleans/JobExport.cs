using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Schema;
using ResNet.Net.Tool.Batch;

namespace ResNet.Net.Orleans;

/// <summary>Exports the rows of a job, in the order of its images and in constant memory.</summary>
/// <remarks>
/// A file is written under another name next to its path and moved there when it is complete, so that a full disk or a crash leaves an
/// existing file as it was. The rows stay in the store.
/// </remarks>
public static class JobExport
{
    private const int RowsPerGroup = 50_000;
    private const int ProgressInterval = 10_000;

    private static readonly string[] MoreColumns = ["sha256", "decode_ms", "preprocess_ms", "inference_ms"];

    /// <summary>
    /// Writes a CSV file (RFC 4180, UTF-8). Its first columns are those of <c>resnet batch</c> (<c>path</c>, then <c>label</c>,
    /// <c>synset</c> and <c>probability</c> of each class, <c>error</c>); <c>sha256</c>, <c>decode_ms</c>, <c>preprocess_ms</c> and
    /// <c>inference_ms</c> follow.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="job">The id of the job.</param>
    /// <param name="path">The path of the file, which is replaced if it exists.</param>
    /// <param name="progress">Receives the number of rows from time to time; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the export.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    /// <exception cref="InvalidOperationException">The job was deleted during the export. An existing file stays as it was.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public static Task<long> WriteCsvAsync(
        JobStore store, JobId job, string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
        => WriteAsync(store, job, path, (found, file) => WriteCsvAsync(store, found, file, progress, cancellationToken), cancellationToken);

    /// <summary>
    /// Writes a Parquet file with row groups of 50,000 rows. The columns are <c>image</c> (int64), <c>path</c>, <c>sha256</c>, then
    /// <c>class</c> (int32), <c>label</c>, <c>synset</c> and <c>probability</c> (float) of each class, with its rank appended from the
    /// second on, <c>decode_ms</c>, <c>preprocess_ms</c>, <c>inference_ms</c> (float), and <c>error</c>. Columns without a value for a row
    /// have null.
    /// </summary>
    /// <inheritdoc cref="WriteCsvAsync(JobStore, JobId, string, IProgress{long}?, CancellationToken)"/>
    public static Task<long> WriteParquetAsync(
        JobStore store, JobId job, string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
        => WriteAsync(
            store, job, path, (found, file) => WriteParquetAsync(store, found, file, progress, cancellationToken), cancellationToken);

    private static async Task<long> WriteAsync(
        JobStore store,
        JobId id,
        string path,
        Func<ClassificationJob, FileStream, Task<long>> write,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ClassificationJob job = await store.GetJobAsync(id, cancellationToken).ConfigureAwait(false);
        string temporary = $"{Path.GetFullPath(path)}.{Guid.NewGuid():N}.tmp";
        try
        {
            long count;
            FileStream file = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
            await using (file.ConfigureAwait(false))
            {
                count = await write(job, file).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            return count;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static async Task<long> WriteCsvAsync(
        JobStore store, ClassificationJob job, FileStream file, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        StreamWriter writer = new(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        await using (writer.ConfigureAwait(false))
        {
            CsvRows rows = new(writer, Top(job), MoreColumns);
            rows.WriteHeader();
            long count = 0;
            await foreach (ImageResult row in store.ReadResultsAsync(job.Id, false, cancellationToken).ConfigureAwait(false))
            {
                rows.Write(
                    row.Name,
                    row.Predictions,
                    row.Error,
                    row.Sha256 ?? "",
                    Cell(row, row.Timings.Decode),
                    Cell(row, row.Timings.Preprocess),
                    Cell(row, row.Timings.Inference));
                Report(progress, ++count);
            }

            return count;
        }
    }

    private static async Task<long> WriteParquetAsync(
        JobStore store, ClassificationJob job, FileStream file, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        Column[] columns = Columns(Top(job));
        ParquetSchema schema = new(columns.Select(c => c.Field));
        ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            List<ImageResult> group = new(RowsPerGroup);
            long count = 0;
            await foreach (ImageResult row in store.ReadResultsAsync(job.Id, false, cancellationToken).ConfigureAwait(false))
            {
                group.Add(row);
                Report(progress, ++count);
                if (group.Count == RowsPerGroup)
                {
                    await WriteGroupAsync().ConfigureAwait(false);
                }
            }

            // A file without rows has one group too: some readers require it.
            if (group.Count > 0 || count == 0)
            {
                await WriteGroupAsync().ConfigureAwait(false);
            }

            return count;

            async Task WriteGroupAsync()
            {
                using ParquetRowGroupWriter target = writer.CreateRowGroup();
                foreach (Column column in columns)
                {
                    await column.WriteAsync(target, group).ConfigureAwait(false);
                }

                target.CompleteValidate();
                group.Clear();
            }
        }
    }

    private static Column[] Columns(int top)
    {
        List<Column> columns =
        [
            Column.Of("image", r => r.Index),
            Column.Of("path", r => r.Name, isNullable: false),
            Column.Of("sha256", r => r.Sha256),
        ];
        for (int i = 0; i < top; i++)
        {
            int rank = i;
            string suffix = i == 0 ? "" : (i + 1).ToString(CultureInfo.InvariantCulture);
            columns.Add(Column.OfNullable($"class{suffix}", r => At(r, rank)?.ClassIndex));
            columns.Add(Column.Of($"label{suffix}", r => At(r, rank)?.Label));
            columns.Add(Column.Of($"synset{suffix}", r => At(r, rank)?.SynsetId));
            columns.Add(Column.OfNullable($"probability{suffix}", r => At(r, rank)?.Probability));
        }

        columns.Add(Column.OfNullable("decode_ms", r => Milliseconds(r, r.Timings.Decode)));
        columns.Add(Column.OfNullable("preprocess_ms", r => Milliseconds(r, r.Timings.Preprocess)));
        columns.Add(Column.OfNullable("inference_ms", r => Milliseconds(r, r.Timings.Inference)));
        columns.Add(Column.Of("error", r => r.Error));
        return [.. columns];

        static Prediction? At(ImageResult row, int rank) => rank < row.Predictions.Count ? row.Predictions[rank] : null;
    }

    private static int Top(ClassificationJob job) => Math.Min(job.Options.TopK, job.Model.Labels.Count);

    private static float? Milliseconds(ImageResult row, TimeSpan time) => row.Succeeded ? (float)time.TotalMilliseconds : null;

    private static string Cell(ImageResult row, TimeSpan time)
        => Milliseconds(row, time)?.ToString("0.###", CultureInfo.InvariantCulture) ?? "";

    private static void Report(IProgress<long>? progress, long count)
    {
        if (count % ProgressInterval == 0)
        {
            progress?.Report(count);
        }
    }

    /// <summary>A column of a Parquet file.</summary>
    private sealed record Column(DataField Field, Func<DataField, ParquetRowGroupWriter, List<ImageResult>, Task> Write)
    {
        public static Column Of(string name, Func<ImageResult, long> value) => new(
            new DataField<long>(name),
            async (field, group, rows) => await group.WriteAsync<long>(field, rows.Select(value).ToArray()).ConfigureAwait(false));

        public static Column Of(string name, Func<ImageResult, string?> value, bool isNullable = true) => new(
            new DataField<string>(name, isNullable),
            async (field, group, rows) => await group.WriteAsync(field, rows.Select(r => value(r)!).ToArray()).ConfigureAwait(false));

        public static Column OfNullable<T>(string name, Func<ImageResult, T?> value)
            where T : struct
            => new(
                new DataField<T?>(name),
                async (field, group, rows) => await group.WriteAsync<T>(field, rows.Select(value).ToArray()).ConfigureAwait(false));

        public Task WriteAsync(ParquetRowGroupWriter group, List<ImageResult> rows) => Write(Field, group, rows);
    }
}
