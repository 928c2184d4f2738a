using System.Globalization;

namespace ResNet.Net.Synthetic;

/// <summary>
/// Represents the shape of a residual network: stages of residual blocks between a stem and a dense layer. It is validated when a network
/// is built.
/// </summary>
/// <remarks>Sources: He et al. 2015, arXiv:1512.03385 (v1); He et al. 2016, arXiv:1603.05027 (v2).</remarks>
public sealed record ResNetArchitecture
{
    /// <summary>Gets the number of residual blocks per stage. Each stage after the first halves the map and doubles the channels.</summary>
    public required IReadOnlyList<int> BlocksPerStage { get; init; }

    /// <summary>Gets the kind of the residual blocks.</summary>
    public ResNetBlock Block { get; init; } = ResNetBlock.Bottleneck;

    /// <summary>Gets the order of normalization and activation in the blocks, and the layer that strides.</summary>
    public ResNetVersion Version { get; init; } = ResNetVersion.V15;

    /// <summary>Gets the layers before the first block.</summary>
    public ResNetStem Stem { get; init; } = ResNetStem.ImageNet;

    /// <summary>Gets the way in which shortcuts change shape.</summary>
    public ResNetShortcut Shortcut { get; init; } = ResNetShortcut.Projection;

    /// <summary>Gets the channels of the stem and of the first stage's 3x3 convolutions. Each further stage doubles them.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Gets the number of classes.</summary>
    public int Classes { get; init; } = 1000;

    /// <summary>Gets the height and width of the input in pixels.</summary>
    public int InputSize { get; init; } = 224;

    /// <summary>Gets the channels of the input.</summary>
    public int InputChannels { get; init; } = 3;

    /// <summary>Gets the opset, 7 to 21. Below 9 the graph lists its weights as inputs, as IR version 3 requires.</summary>
    public int Opset { get; init; } = 17;

    /// <summary>Gets the number of layers as the papers count them: the stem, the blocks' convolutions and the dense layer.</summary>
    public int Depth => (BlocksPerStage.Sum() * ConvolutionsPerBlock) + 2;

    /// <summary>Gets the number of pooled features: the channels after the last block.</summary>
    public int FeatureSize => OutputChannels(BlocksPerStage.Count - 1);

    /// <summary>Gets the number of convolutions in a block, without its shortcut.</summary>
    internal int ConvolutionsPerBlock => Block == ResNetBlock.Bottleneck ? 3 : 2;

    /// <summary>Creates the shape of a network of table 1 of He et al. 2015, for 224x224 images and 1000 classes.</summary>
    /// <param name="depth">18, 34, 50, 101 or 152.</param>
    /// <param name="version">The version.</param>
    /// <returns>The architecture.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The table has no network of that depth.</exception>
    public static ResNetArchitecture ImageNet(int depth, ResNetVersion version = ResNetVersion.V15) => depth switch
    {
        18 => new() { BlocksPerStage = [2, 2, 2, 2], Block = ResNetBlock.Basic, Version = version },
        34 => new() { BlocksPerStage = [3, 4, 6, 3], Block = ResNetBlock.Basic, Version = version },
        50 => new() { BlocksPerStage = [3, 4, 6, 3], Version = version },
        101 => new() { BlocksPerStage = [3, 4, 23, 3], Version = version },
        152 => new() { BlocksPerStage = [3, 8, 36, 3], Version = version },
        _ => throw new ArgumentOutOfRangeException(
            nameof(depth),
            depth,
            $"The depth is {depth}, but ImageNet ResNets have the depths 18, 34, 50, 101 and 152. Set {nameof(BlocksPerStage)} instead."),
    };

    /// <summary>
    /// Creates the shape of a CIFAR-10 network of He et al. 2015, section 4.2: three stages of n basic blocks with 16, 32 and 64 channels,
    /// and shortcuts without parameters, for 32x32 images and 10 classes.
    /// </summary>
    /// <param name="depth">The depth, 6n + 2: 8, 14, 20, 32, 44, 56, 110 and so on.</param>
    /// <param name="version">The version.</param>
    /// <returns>The architecture.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not 6n + 2.</exception>
    public static ResNetArchitecture Cifar(int depth, ResNetVersion version = ResNetVersion.V1)
    {
        if (depth < 8 || (depth - 2) % 6 != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(depth), depth, $"The depth is {depth}, but CIFAR-10 ResNets have depths of 6n + 2, such as 20, 32, 44, 56 or 110.");
        }

        int blocks = (depth - 2) / 6;
        return new()
        {
            BlocksPerStage = [blocks, blocks, blocks],
            Block = ResNetBlock.Basic,
            Version = version,
            Stem = ResNetStem.Cifar,
            Shortcut = ResNetShortcut.ZeroPadding,
            Width = 16,
            Classes = 10,
            InputSize = 32,
        };
    }

    /// <summary>Gets the channels of a stage's 3x3 convolutions.</summary>
    internal int InnerChannels(int stage) => Width << stage;

    /// <summary>Gets the output channels of a stage's blocks.</summary>
    internal int OutputChannels(int stage) => InnerChannels(stage) * (Block == ResNetBlock.Bottleneck ? 4 : 1);

    internal void ThrowIfInvalid(string parameterName)
    {
        const int MaxStages = 8;
        if (BlocksPerStage is null || BlocksPerStage.Count is 0 or > MaxStages || BlocksPerStage.Any(b => b < 1))
        {
            string blocks = BlocksPerStage is null ? "null" : string.Join(", ", BlocksPerStage);
            throw new ArgumentException(
                $"{nameof(BlocksPerStage)} is [{blocks}]. Set 1 to {MaxStages} stages with at least one block each.", parameterName);
        }

        Require(Width is >= 1 and <= 4096, nameof(Width), Width, "1 to 4096");
        Require(Classes >= 1, nameof(Classes), Classes, "at least 1");
        Require(InputSize >= 1, nameof(InputSize), InputSize, "at least 1");
        Require(InputChannels >= 1, nameof(InputChannels), InputChannels, "at least 1");
        Require(Opset is >= 7 and <= 21, nameof(Opset), Opset, "7 to 21");
        Require(Enum.IsDefined(Block), nameof(Block), (int)Block, $"one of {string.Join(", ", Enum.GetNames<ResNetBlock>())}");
        Require(Enum.IsDefined(Version), nameof(Version), (int)Version, $"one of {string.Join(", ", Enum.GetNames<ResNetVersion>())}");
        Require(Enum.IsDefined(Stem), nameof(Stem), (int)Stem, $"one of {string.Join(", ", Enum.GetNames<ResNetStem>())}");
        Require(Enum.IsDefined(Shortcut), nameof(Shortcut), (int)Shortcut, $"one of {string.Join(", ", Enum.GetNames<ResNetShortcut>())}");

        void Require(bool isValid, string name, int value, string valid)
        {
            if (!isValid)
            {
                throw new ArgumentException($"{name} is {value.ToString(CultureInfo.InvariantCulture)}. Valid: {valid}.", parameterName);
            }
        }
    }
}
