using System.Data.Common;
using System.Runtime.CompilerServices;

namespace ResNet.Net.Orleans;

public abstract partial class JobStore
{
    private const int RowsPerPage = 10_000;

    /// <summary>
    /// Reads the rows of a job in the order of its images, in constant memory. Rows that are written meanwhile may be missing.
    /// </summary>
    /// <param name="id">The id.</param>
    /// <param name="failuresOnly">Whether to read only the rows of images that failed.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    /// <returns>The rows, at most one per image.</returns>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    /// <exception cref="InvalidOperationException">The job was deleted while its rows were read, so that some are missing.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async IAsyncEnumerable<ImageResult> ReadResultsAsync(
        JobId id, bool failuresOnly = false, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        LabelSet labels = (await GetJobAsync(id, cancellationToken).ConfigureAwait(false)).Model.Labels;
        long shards = await CountShardsAsync(id, cancellationToken).ConfigureAwait(false) ?? throw NoJob(id);
        string condition = failuresOnly ? " AND error IS NOT NULL" : "";
        long last = -1;
        List<ImageResult> page;
        do
        {
            page = await ExecuteAsync(
                "read results",
                (connection, _) => connection.Sql(
                    $"SELECT {Schema.ResultColumns} FROM {Schema.Results} WHERE job = @job AND image > @last{condition} "
                    + $"ORDER BY image LIMIT {RowsPerPage}",
                    ("job", id.Value),
                    ("last", last)).ReadAllAsync(r => ReadResult(r, labels), cancellationToken),
                cancellationToken).ConfigureAwait(false);
            foreach (ImageResult row in page)
            {
                last = row.Index;
                yield return row;
            }
        }
        while (page.Count == RowsPerPage);

        // A deletion takes the shards with their rows first, and the job last.
        long? left = await CountShardsAsync(id, cancellationToken).ConfigureAwait(false);
        if (left is null || left < shards)
        {
            throw new InvalidOperationException($"The job {id} was deleted while its rows were read.");
        }
    }

    /// <summary>Counts the shards of a job; null if there is no such job. Unlike the job, they are not cached.</summary>
    private Task<long?> CountShardsAsync(JobId id, CancellationToken cancellationToken)
        => ExecuteAsync(
            "count shards",
            (connection, _) => connection.Sql(
                $"SELECT COUNT(s.shard) FROM {Schema.Jobs} j LEFT JOIN {Schema.Shards} s ON s.job = j.job "
                + "WHERE j.job = @job GROUP BY j.job",
                ("job", id.Value)).ReadLongAsync(cancellationToken),
            cancellationToken);

    private ImageResult ReadResult(DbDataReader reader, LabelSet labels)
    {
        ImageResult row = new()
        {
            Index = reader.GetInt64(1),
            Name = reader.GetString(2),
            Sha256 = reader.IsDBNull(3) ? null : Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(3)),
        };
        if (reader.GetText(9) is string error)
        {
            return row with { Error = error };
        }

        int[] classes = _dialect.ReadIntegers(reader, 4);
        float[] probabilities = _dialect.ReadFloats(reader, 5);
        return row with
        {
            Predictions = [.. classes.Zip(probabilities, (c, p) => new Prediction(c, labels.GetSynsetId(c), labels[c], p))],
            Timings = new StageTimings(Time(6), Time(7), Time(8)),
        };

        TimeSpan Time(int column) => TimeSpan.FromMilliseconds(reader.GetFloat(column));
    }
}
