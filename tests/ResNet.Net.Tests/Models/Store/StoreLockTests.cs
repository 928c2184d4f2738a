namespace ResNet.Net.Tests;

public class StoreLockTests
{
    [Fact]
    public void TryAcquire_AlreadyHeld_ReturnsNullUntilReleased()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.FullPath, "locks", "a.lock");

        using (StoreLock? held = StoreLock.TryAcquire(path))
        {
            held!.IsEffective.Should().BeTrue();
            StoreLock.TryAcquire(path).Should().BeNull();
        }

        using StoreLock? again = StoreLock.TryAcquire(path);
        again.Should().NotBeNull();
    }

    [Fact]
    public void TryAcquire_FileCannotBeCreated_ThrowsWithThePath()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Write("file", "x"), "a.lock");

        ((Action)(() => StoreLock.TryAcquire(path))).Should().Throw<StoreException>().WithMessage($"*{path}*");
    }
}
