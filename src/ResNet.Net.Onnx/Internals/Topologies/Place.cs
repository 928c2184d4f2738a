namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>Where in a network a layer stands.</summary>
/// <param name="Stage">The stage, from 1; 0 for what is before and after the stages.</param>
/// <param name="Block">The block in its stage, from 0.</param>
/// <param name="Layer">The layer in its block, from 0, or <see cref="Shortcut"/>.</param>
internal readonly record struct Place(int Stage, int Block, int Layer)
{
    public const int Shortcut = -1;
}
