namespace ResNet.Net.Packages.Tests;

/// <summary>Every test that needs packages: one feed, one at a time.</summary>
[CollectionDefinition(nameof(Feed))]
public sealed class FeedUsers : ICollectionFixture<Feed>;
