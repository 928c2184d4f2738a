using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Imaging.Interop;

namespace ResNet.Net.Tests.Internals.Imaging;

public class TurboJpegPoolTests
{
    [TurboJpegFact]
    public void Rent_AfterReturn_GivesTheSameDecompressor()
    {
        TurboJpegPool pool = new(TurboJpegLibrary.Api);
        TurboJpegHandle first = pool.Rent();
        TurboJpegHandle second = pool.Rent();
        second.Should().NotBeSameAs(first);
        first.IsInvalid.Should().BeFalse();

        pool.Return(first);

        pool.Rent().Should().BeSameAs(first);
        pool.IdleCount.Should().Be(0);
        first.Dispose();
        second.Dispose();
    }

    [TurboJpegFact]
    public void Return_MoreThanCores_FreesTheRest()
    {
        TurboJpegPool pool = new(TurboJpegLibrary.Api);
        TurboJpegHandle[] handles = [.. Enumerable.Range(0, Environment.ProcessorCount + 3).Select(_ => pool.Rent())];

        Array.ForEach(handles, pool.Return);

        pool.IdleCount.Should().Be(Environment.ProcessorCount);
        handles.Count(handle => handle.IsClosed).Should().Be(3);
        Array.ForEach(handles, handle => handle.Dispose());
    }
}
