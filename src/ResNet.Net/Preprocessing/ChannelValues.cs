namespace ResNet.Net;

/// <summary>One value a channel, in the order of the input tensor's planes.</summary>
/// <param name="First">Of the first plane (red for RGB, blue for BGR).</param>
/// <param name="Second">Of the second plane (green).</param>
/// <param name="Third">Of the third plane (blue for RGB, red for BGR).</param>
public readonly record struct ChannelValues(float First, float Second, float Third)
{
    internal float this[int channel] => channel switch
    {
        0 => First,
        1 => Second,
        _ => Third,
    };
}
