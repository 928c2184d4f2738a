namespace ResNet.Net.Quantization.Tests;

public class RangeObserverTests
{
    [Fact]
    public void Choose_MinMax_ReturnsTheRangeWithZero()
    {
        RangeObserver observer = Observer(CalibrationMethod.MinMax);
        observer.Add([1, 2]);
        observer.Add([3, 1.5f]);

        observer.Choose().Should().Be(new ActivationRange(0, 3));
    }

    [Fact]
    public void Choose_MovingAverage_IsArithmeticThenExponential()
    {
        RangeObserver observer = new(
            "v", new QuantizationOptions { Calibration = CalibrationMethod.MovingAverage, MovingAverageWeight = 0.25 });
        float[] largest = [8, 4, 6, 2, 10, 4];
        double expected = 0;
        for (int i = 0; i < largest.Length; i++)
        {
            observer.Add([-largest[i] / 2, 0, largest[i]]);
            expected = i < 4 ? largest[..(i + 1)].Average() : (0.75 * expected) + (0.25 * largest[i]);
        }

        observer.Choose().Max.Should().BeApproximately(expected, 1e-9);
        observer.Choose().Min.Should().BeApproximately(-expected / 2, 1e-9);
    }

    [Fact]
    public void Choose_PercentileOfMostlyZeros_DoesNotCollapse()
    {
        RangeObserver observer = new("v", new QuantizationOptions { Calibration = CalibrationMethod.Percentile, Percentile = 90 });
        observer.Add([.. Enumerable.Repeat(0f, 1000), 5]);

        observer.Choose().Max.Should().BeGreaterThan(0);
    }

    [Theory]
    [InlineData(CalibrationMethod.MinMax)]
    [InlineData(CalibrationMethod.L2)]
    [InlineData(CalibrationMethod.Entropy)]
    public void Choose_ConstantActivation_Throws(CalibrationMethod method)
    {
        RangeObserver observer = Observer(method);
        observer.Add([2, 2]);
        observer.Add([2]);

        ((Action)(() => observer.Choose())).Should().Throw<QuantizationException>().WithMessage("*'v' is constant: it is 2 *");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Add_NonFiniteValue_Throws(float value)
        => ((Action)(() => Observer(CalibrationMethod.L2).Add([1, value, 2])))
            .Should().Throw<QuantizationException>().WithMessage("*'v'*image 0*");

    private static RangeObserver Observer(CalibrationMethod method) => new("v", new QuantizationOptions { Calibration = method });
}
