namespace ResNet.Net.Docs.Tests;

/// <summary>A fenced block of a page.</summary>
/// <param name="Language">What stands behind the opening fence; empty where nothing does.</param>
/// <param name="FirstLine">The number, from 1, of the first line between the fences.</param>
/// <param name="Lines">What is between the fences.</param>
/// <param name="Comments">The HTML comments directly above, in order.</param>
/// <param name="GoesWithTheOneBefore">Whether no heading stands between this fence and the one before.</param>
internal sealed record Fence(string Language, int FirstLine, IReadOnlyList<string> Lines, IReadOnlyList<string> Comments, bool GoesWithTheOneBefore);
