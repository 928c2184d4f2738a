namespace ResNet.Net.Internals.Store;

internal enum FileCheckResult
{
    Missing,
    Right,
    Wrong,
    Unreadable,
}
