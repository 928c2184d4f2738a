using System.Runtime.CompilerServices;

namespace ResNet.Net.Tests;

/// <summary>The pool is that of the process, so nothing may decode beside these.</summary>
[Collection(nameof(Alone))]
public class PixelPoolTests
{
    private const int Large = 20_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(PixelPool.LargeLength)]
    [InlineData(PixelPool.LargeLength + 1)]
    [InlineData(Large)]
    public void Rent_AnyLength_IsLongEnoughAndNotMuchLonger(int length)
    {
        byte[] array = PixelPool.Rent(length);

        array.Length.Should().BeInRange(length, Math.Max(16, 2 * length));
        PixelPool.Return(array);
    }

    [Fact]
    public void Rent_AfterReturn_LendsTheLargeArrayAgain_IfItFits()
    {
        byte[] array = PixelPool.Rent(Large);
        PixelPool.Return(array);

        byte[] tooShort = PixelPool.Rent(array.Length + 1), tooLong = PixelPool.Rent((array.Length / 2) - 1);
        byte[] again = PixelPool.Rent(Large - 1000);

        tooShort.Should().NotBeSameAs(array);
        tooLong.Should().NotBeSameAs(array);
        again.Should().BeSameAs(array);
        PixelPool.Rent(Large).Should().NotBeSameAs(again, "it is in use");
    }

    [Fact]
    public void Return_MoreArraysThanProcessors_KeepsOnePerProcessor()
    {
        byte[][] arrays = [.. Enumerable.Range(0, Environment.ProcessorCount + 3).Select(_ => PixelPool.Rent(Large))];
        Array.ForEach(arrays, PixelPool.Return);

        byte[][] again = [.. arrays.Select(_ => PixelPool.Rent(Large))];

        again.Count(array => arrays.Contains(array)).Should().Be(Environment.ProcessorCount);
        again.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Return_ThenCollection_FreesTheMemory()
    {
        WeakReference returned = RentAndReturn();

#pragma warning disable RS0030 // the pool lasts until a collection
        GC.Collect();
#pragma warning restore RS0030

        returned.IsAlive.Should().BeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RentAndReturn()
    {
        byte[] array = PixelPool.Rent(Large);
        PixelPool.Return(array);
        return new WeakReference(array);
    }
}
