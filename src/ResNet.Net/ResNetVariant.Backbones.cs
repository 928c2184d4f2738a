namespace ResNet.Net;

// Networks without a classification head.
public sealed partial record ResNetVariant
{
    /// <summary>
    /// Gets the ResNet-18 backbone that was trained on ImageNet with CNTK and is published with ML.NET (MIT license): 512 features per
    /// image, no class scores. The package <c>ResNet.Net.Models.ResNet18</c> has its file.
    /// </summary>
    /// <remarks>
    /// <see cref="Profile"/> is CNTK's evaluation recipe: OpenCV bilinear in floating point, short side 256 pixels; crop 224x224; BGR in
    /// [0, 255], minus the mean of the training images.
    /// </remarks>
    public static ResNetVariant ResNet18Backbone => field ??= new ResNetVariant
    {
        Id = "resnet18-backbone",
        Files = [new VariantFile("resnet18-backbone.onnx", 63_653_533, "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f")],
        PackageId = "ResNet.Net.Models.ResNet18",
        Origin = ModelOrigin.Cntk,
        IsBackbone = true,
        Depth = 18,
        Version = 1,
        Opset = 8,
        InputName = "Input247",
        OutputName = "Pooling395_Output_0",
        FeatureName = "Pooling395_Output_0",
        FeatureSize = 512,
        AccuracySource = "none: the network has no classification head",
        FixedBatch = 1,
        Profile = new PreprocessingProfile
        {
            Name = nameof(ResNet18Backbone),
            Resize = ResizeRule.ShortSide(256),
            Interpolation = Interpolation.OpenCvBilinearFloat,
            Channels = ChannelOrder.Bgr,
            Range = ValueRange.ZeroTo255,
            Mean = new ChannelValues(103.063f, 115.903f, 123.152f),
            Std = new ChannelValues(1, 1, 1),
            MeanImage = CreateCntkMeanImage(224),
        },
    };

    /// <summary>
    /// Creates the mean image of CNTK's ImageNet networks from polynomials that were fitted to it by least squares. They deviate by 0.16
    /// gray levels on average (root mean square), and by 1.1 at most; a test compares them with the image that ML.NET publishes.
    /// </summary>
    private static MeanImage CreateCntkMeanImage(int size)
    {
        // Powers 0 to 3 of the row, for each the powers 0 and 2 of the column; rows and columns range from -1 to 1. Blue, green, red.
        ReadOnlySpan<double> coefficients =
        [
            98.73, 4.94, -13.03, 3.39, 9.55, -4.44, 5.29, -1.96,
            112.12, 4.68, -11.67, 3.78, 8.33, -4.99, 5.6, -2.2,
            122.81, -0.45, -9.6, 4.17, 2.04, -1.7, 5.63, -2.69,
        ];
        float[] values = new float[3 * size * size];
        for (int i = 0; i < values.Length; i++)
        {
            double x = Position(i % size);
            double y = Position(i / size % size);
            ReadOnlySpan<double> c = coefficients.Slice(8 * (i / (size * size)), 8);
            double even = c[0] + (y * (c[2] + (y * (c[4] + (y * c[6])))));
            double curved = c[1] + (y * (c[3] + (y * (c[5] + (y * c[7])))));
            values[i] = (float)(even + (x * x * curved));
        }

        return new MeanImage(values, size, size);

        double Position(int index) => (index - ((size - 1) / 2.0)) / (size / 2.0);
    }
}
