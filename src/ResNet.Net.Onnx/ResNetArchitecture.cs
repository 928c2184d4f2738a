using System.Globalization;

namespace ResNet.Net.Onnx;

/// <summary>
/// The shape of a residual network: stages of residual blocks between a stem and a dense layer. Immutable; change it by <c>with</c>.
/// Checked when a network is built of it.
/// </summary>
/// <remarks>Sources: He et al. 2015, arXiv:1512.03385 (v1); He et al. 2016, arXiv:1603.05027 (v2).</remarks>
public sealed record ResNetArchitecture
{
    /// <summary>How many residual blocks each stage has, from the first; every stage but the first halves the map and doubles the channels.</summary>
    public required IReadOnlyList<int> BlocksPerStage { get; init; }

    /// <summary>What the blocks are made of.</summary>
    public ResNetBlock Block { get; init; } = ResNetBlock.Bottleneck;

    /// <summary>Where the blocks normalise, activate and stride.</summary>
    public ResNetVersion Version { get; init; } = ResNetVersion.V15;

    /// <summary>What stands before the blocks.</summary>
    public ResNetStem Stem { get; init; } = ResNetStem.ImageNet;

    /// <summary>How shortcuts change shape.</summary>
    public ResNetShortcut Shortcut { get; init; } = ResNetShortcut.Projection;

    /// <summary>Channels of the stem and of the first stage's 3x3 convolutions; doubled by each further stage. From 1.</summary>
    public int Width { get; init; } = 64;

    /// <summary>How many classes the network tells apart. From 1.</summary>
    public int Classes { get; init; } = 1000;

    /// <summary>Height and width of the input in pixels. From 1.</summary>
    public int InputSize { get; init; } = 224;

    /// <summary>Channels of the input. From 1.</summary>
    public int InputChannels { get; init; } = 3;

    /// <summary>The version of ONNX's operator set, 7 to 21. Below 9 the file lists its weights as inputs, as IR version 3 demands.</summary>
    public int Opset { get; init; } = 17;

    /// <summary>Layers with weights, as the papers count them: the stem, the blocks' convolutions and the dense layer, but no projections.</summary>
    public int Depth => (BlocksPerStage.Sum() * ConvolutionsPerBlock) + 2;

    /// <summary>Channels after the last block, which the global average pooling makes the features of a picture.</summary>
    public int FeatureSize => OutputChannels(BlocksPerStage.Count - 1);

    /// <summary>Convolutions in a block, its shortcut not counted.</summary>
    internal int ConvolutionsPerBlock => Block == ResNetBlock.Bottleneck ? 3 : 2;

    /// <summary>One of the networks of table 1 of He et al. 2015.</summary>
    /// <param name="depth">18, 34, 50, 101 or 152.</param>
    /// <param name="version">Where the blocks normalise, activate and stride.</param>
    /// <returns>The architecture, for 224x224 pictures and 1000 classes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The table has no network of that depth.</exception>
    public static ResNetArchitecture ImageNet(int depth, ResNetVersion version = ResNetVersion.V15) => depth switch
    {
        18 => new() { BlocksPerStage = [2, 2, 2, 2], Block = ResNetBlock.Basic, Version = version },
        34 => new() { BlocksPerStage = [3, 4, 6, 3], Block = ResNetBlock.Basic, Version = version },
        50 => new() { BlocksPerStage = [3, 4, 6, 3], Version = version },
        101 => new() { BlocksPerStage = [3, 4, 23, 3], Version = version },
        152 => new() { BlocksPerStage = [3, 8, 36, 3], Version = version },
        _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, $"He et al. 2015 have ResNets of depth 18, 34, 50, 101 and 152, not {depth}. Set {nameof(BlocksPerStage)} for another one."),
    };

    /// <summary>One of the networks for CIFAR-10 of He et al. 2015, section 4.2: three stages of n basic blocks of 16, 32 and 64 channels, shortcuts without parameters.</summary>
    /// <param name="depth">6n + 2: 20, 32, 44, 56, 110 and so on, from 8.</param>
    /// <param name="version">Where the blocks normalise and activate.</param>
    /// <returns>The architecture, for 32x32 pictures and 10 classes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not 6n + 2.</exception>
    public static ResNetArchitecture Cifar(int depth, ResNetVersion version = ResNetVersion.V1)
    {
        if (depth < 8 || (depth - 2) % 6 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(depth), depth, $"The ResNets for CIFAR-10 have a depth of 6n + 2, such as 20, 32, 44, 56 or 110, not {depth}.");
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

    /// <summary>Channels of a stage's 3x3 convolutions.</summary>
    internal int InnerChannels(int stage) => Width << stage;

    /// <summary>Channels that a stage's blocks give.</summary>
    internal int OutputChannels(int stage) => InnerChannels(stage) * (Block == ResNetBlock.Bottleneck ? 4 : 1);

    internal void ThrowIfInvalid(string parameterName)
    {
        const int MostStages = 8;
        if (BlocksPerStage is null || BlocksPerStage.Count is 0 or > MostStages || BlocksPerStage.Any(b => b < 1))
        {
            string blocks = BlocksPerStage is null ? "null" : string.Join(", ", BlocksPerStage);
            throw new ArgumentException($"{nameof(BlocksPerStage)} is [{blocks}], but 1 to {MostStages} stages of at least one block are needed.", parameterName);
        }

        Demand(Width is >= 1 and <= 4096, nameof(Width), Width, "1 to 4096");
        Demand(Classes >= 1, nameof(Classes), Classes, "at least 1");
        Demand(InputSize >= 1, nameof(InputSize), InputSize, "at least 1");
        Demand(InputChannels >= 1, nameof(InputChannels), InputChannels, "at least 1");
        Demand(Opset is >= 7 and <= 21, nameof(Opset), Opset, "7 to 21");
        Demand(Enum.IsDefined(Block), nameof(Block), (int)Block, $"one of {string.Join(", ", Enum.GetNames<ResNetBlock>())}");
        Demand(Enum.IsDefined(Version), nameof(Version), (int)Version, $"one of {string.Join(", ", Enum.GetNames<ResNetVersion>())}");
        Demand(Enum.IsDefined(Stem), nameof(Stem), (int)Stem, $"one of {string.Join(", ", Enum.GetNames<ResNetStem>())}");
        Demand(Enum.IsDefined(Shortcut), nameof(Shortcut), (int)Shortcut, $"one of {string.Join(", ", Enum.GetNames<ResNetShortcut>())}");

        void Demand(bool holds, string name, int value, string expected)
        {
            if (!holds)
            {
                throw new ArgumentException($"{name} is {value.ToString(CultureInfo.InvariantCulture)}, but {expected} is needed.", parameterName);
            }
        }
    }
}
