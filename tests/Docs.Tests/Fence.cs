namespace ResNet.Net.Docs.Tests;

/// <summary>Represents a fenced block of a page.</summary>
/// <param name="Language">The language after the opening fence; may be empty.</param>
/// <param name="FirstLine">The 1-based number of the first line between the fences.</param>
/// <param name="Lines">The lines between the fences.</param>
/// <param name="Comments">The HTML comments directly above the block, in order.</param>
/// <param name="FollowsPreviousFence">Whether no heading is between this fence and the previous one.</param>
internal sealed record Fence(
    string Language, int FirstLine, IReadOnlyList<string> Lines, IReadOnlyList<string> Comments, bool FollowsPreviousFence);
