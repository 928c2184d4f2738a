namespace ResNet.Net.Evaluation.Internals.Journal;

/// <summary>The result of one picture.</summary>
internal sealed record JournalEntry(string Name, int Truth, int Predicted, int Rank, float Confidence, double Loss);
