namespace ResNet.Net;

internal enum FileCheckResult
{
    Missing,
    Right,
    Wrong,
    Unreadable,
}
