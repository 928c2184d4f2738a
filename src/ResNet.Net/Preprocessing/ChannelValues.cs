namespace ResNet.Net;

/// <summary>Represents one value per channel, in the order of the planes of the input tensor.</summary>
/// <param name="First">The value of the first plane (red for RGB, blue for BGR).</param>
/// <param name="Second">The value of the second plane (green).</param>
/// <param name="Third">The value of the third plane (blue for RGB, red for BGR).</param>
public readonly record struct ChannelValues(float First, float Second, float Third)
{
    internal float this[int channel] => channel switch
    {
        0 => First,
        1 => Second,
        _ => Third,
    };
}
