namespace ResNet.Net.Orleans.Tests;

/// <summary>
/// Sets the clock that a database of PostgreSQL reads. No statement has a time of a worker, so an hour between the clocks of the database
/// and of the workers is the same as workers whose clocks are wrong by an hour.
/// </summary>
internal static class ClockOf
{
    /// <summary>Puts a function in front of the server's own. Connections that are opened later use it.</summary>
    public static async Task ReplaceAsync(ITestDatabase database)
    {
        await database.ExecuteAsync("CREATE TABLE public.clock (shift INTERVAL NOT NULL)");
        await database.ExecuteAsync("INSERT INTO public.clock VALUES ('0')");
        await database.ExecuteAsync(
            "CREATE FUNCTION public.clock_timestamp() RETURNS TIMESTAMPTZ LANGUAGE SQL VOLATILE "
            + "AS 'SELECT pg_catalog.clock_timestamp() + shift FROM public.clock'");
        await database.ExecuteAsync(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$");
    }

    /// <summary>Sets the clock forward or back by an interval such as <c>-1 hour</c>.</summary>
    public static Task ShiftAsync(ITestDatabase database, string interval)
        => database.ExecuteAsync($"UPDATE public.clock SET shift = shift + INTERVAL '{interval}'");
}
