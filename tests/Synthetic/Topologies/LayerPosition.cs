namespace ResNet.Net.Synthetic;

/// <summary>Represents the position of a layer in a network.</summary>
/// <param name="Stage">The stage, from 1; 0 for layers before and after the stages.</param>
/// <param name="Block">The zero-based block in the stage.</param>
/// <param name="Layer">The zero-based layer in the block, or <see cref="Shortcut"/>.</param>
internal readonly record struct LayerPosition(int Stage, int Block, int Layer)
{
    public const int Shortcut = -1;
}

/// <summary>Specifies a weight of BatchNormalization, in operator order.</summary>
internal enum BatchNormParameter
{
    Scale,
    Offset,
    Mean,
    Variance,
}
