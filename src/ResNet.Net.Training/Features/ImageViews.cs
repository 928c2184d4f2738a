namespace ResNet.Net.Training;

/// <summary>Defines the views of each image.</summary>
internal static class ImageViews
{
    private static readonly ImageView[] Crops =
    [
        default,
        new(Size: 1, X: 0.5f, Y: 0.5f, IsMirrored: false),
        new(Size: 1, X: 0, Y: 0, IsMirrored: false),
        new(Size: 1, X: 1, Y: 1, IsMirrored: false),
        new(Size: 0.7f, X: 0.5f, Y: 0.5f, IsMirrored: false),
    ];

    // The default view is that of the classifier.
    private static readonly ImageView[] None = [default];

    private static readonly ImageView[] Flips = WithMirrorImages(None);

    private static readonly ImageView[] FlipsAndCrops = WithMirrorImages(Crops);

    /// <summary>Returns the views of an augmentation. The first is that of the classifier.</summary>
    public static IReadOnlyList<ImageView> Of(ImageAugmentation augmentation) => augmentation switch
    {
        ImageAugmentation.None => None,
        ImageAugmentation.Flips => Flips,
        ImageAugmentation.FlipsAndCrops => FlipsAndCrops,
        _ => throw new ArgumentException($"The augmentation {augmentation} is not a value of {nameof(ImageAugmentation)}."),
    };

    private static ImageView[] WithMirrorImages(ImageView[] views)
        => [.. views.SelectMany(view => new[] { view, view with { IsMirrored = true } })];
}
