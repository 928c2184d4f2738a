using System.Text;

namespace ResNet.Net.Onnx;

/// <summary>Represents a network of Caffe2: a list of operators (protobuf message <c>NetDef</c>).</summary>
/// <remarks>
/// A model is a pair of networks: <c>predict_net.pb</c> computes the outputs, <c>init_net.pb</c> holds the weights as operators that fill
/// blobs. Empty fields are kept; unknown fields are discarded. Source: <c>caffe2/proto/caffe2.proto</c> of pytorch/pytorch.
/// </remarks>
public sealed class Caffe2Net
{
    /// <summary>Gets the name; <see langword="null"/> if the field is absent.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the operators, in the order in which they run.</summary>
    public IReadOnlyList<Caffe2Operator> Operators { get; init; } = [];

    /// <summary>Gets the execution mode, such as <c>dag</c>; <see langword="null"/> if the field is absent.</summary>
    public string? Type { get; init; }

    /// <summary>Gets the number of threads that run operators; <see langword="null"/> if the field is absent.</summary>
    public int? WorkerCount { get; init; }

    /// <summary>Gets the device of operators that have none; <see langword="null"/> if the field is absent.</summary>
    public Caffe2DeviceOption? DeviceOption { get; init; }

    /// <summary>Gets the arguments of the network.</summary>
    public IReadOnlyList<Caffe2Argument> Arguments { get; init; } = [];

    /// <summary>Gets the declared inputs. Published files declare blobs that nothing reads.</summary>
    public IReadOnlyList<string> ExternalInputs { get; init; } = [];

    /// <summary>Gets the declared outputs. They may differ from the actual results of the network.</summary>
    public IReadOnlyList<string> ExternalOutputs { get; init; } = [];

    /// <summary>
    /// Loads a network from a file in binary form (<c>.pb</c>) or text form (<c>.pbtxt</c>). The content determines the form.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The network.</returns>
    /// <exception cref="OnnxModelException">
    /// The file is damaged, is not a Caffe2 network, or exceeds 2 GiB. The message has the operator, or the line of a text.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path names a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static Caffe2Net Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = RegularFile.OpenRead(path, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        return file.Length <= Array.MaxLength
            ? Read(file, $"'{path}'")
            : throw new OnnxModelException($"'{path}' has {file.Length} bytes, but a Caffe2 network is limited to 2 GiB.");
    }

    /// <summary>Reads a network from memory, in binary or text form. The content determines the form.</summary>
    /// <param name="bytes">The bytes of a file. They are not used after the call.</param>
    /// <returns>The network.</returns>
    /// <exception cref="OnnxModelException">
    /// The bytes are damaged or are not a Caffe2 network. The message names the operator, or the line of a text.
    /// </exception>
    public static unsafe Caffe2Net Parse(ReadOnlySpan<byte> bytes)
    {
        byte empty = 0;
        fixed (byte* start = bytes)
        {
            using UnmanagedMemoryStream stream = new(bytes.IsEmpty ? &empty : start, bytes.Length);
            return Read(stream, "The data");
        }
    }

    /// <summary>Reads a network in protobuf's text form.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The network.</returns>
    /// <exception cref="OnnxModelException">The text is not a Caffe2 network. The message has the line and the column.</exception>
    public static Caffe2Net ParseText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ReadText(Encoding.UTF8.GetBytes(text), "The text");
    }

    /// <summary>
    /// Checks each of two networks, whether they are swapped, and whether every blob that the predict network reads is written.
    /// </summary>
    /// <param name="init">The network that fills the weights, from <c>init_net.pb</c>.</param>
    /// <param name="predict">The network that computes, from <c>predict_net.pb</c>. One blob may remain unfilled: the image.</param>
    /// <returns>One sentence per problem, with the operator's index, type and first output; empty if there is none.</returns>
    public static IReadOnlyList<string> CheckPair(Caffe2Net init, Caffe2Net predict)
    {
        ArgumentNullException.ThrowIfNull(init);
        ArgumentNullException.ThrowIfNull(predict);
        return Caffe2Checker.CheckPair(init, predict);
    }

    /// <summary>
    /// Checks the network: empty types, missing outputs, repeated arguments, and fills whose values don't match the shape.
    /// </summary>
    /// <returns>One sentence per problem, with the operator's index, type and first output; empty if there is none.</returns>
    public IReadOnlyList<string> Check() => Caffe2Checker.Check(this);

    /// <summary>
    /// Saves the network to a file in binary form. The file is written under a temporary name and then renamed, so it is never incomplete.
    /// </summary>
    /// <param name="path">The path of the file. An existing file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written. An existing file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied. An existing file is unchanged.</exception>
    /// <exception cref="OnnxModelException">The file would exceed 2 GiB.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        WholeFile.Write(path, file => WriteTo(file));
    }

    /// <summary>Writes the network in binary form, operator by operator.</summary>
    /// <param name="stream">The stream. It stays open.</param>
    /// <exception cref="OnnxModelException">The file would exceed 2 GiB.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void WriteTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Caffe2Writer.Write(this, stream);
    }

    /// <summary>Serializes the network in binary form.</summary>
    /// <returns>A new array with the bytes of the file.</returns>
    /// <exception cref="OnnxModelException">The file would exceed 2 GiB.</exception>
    public byte[] ToArray()
    {
        using MemoryStream stream = new();
        WriteTo(stream);
        return stream.ToArray();
    }

    /// <summary>Writes the network in protobuf's text form, which is readable. With weights, the text is long.</summary>
    /// <returns>The text.</returns>
    /// <exception cref="OnnxModelException">The binary form would exceed 2 GiB.</exception>
    public string ToText() => Caffe2TextWriter.Write(ToArray());

    /// <inheritdoc/>
    public override string ToString() => Name ?? string.Empty;

    private static Caffe2Net Read(Stream stream, string source)
    {
        const int MaxProbe = 4096;
        byte[] probe = new byte[Math.Min(stream.Length, MaxProbe)];
        stream.ReadExactly(probe);
        stream.Position = 0;
        if (!Caffe2TextReader.IsText(probe))
        {
            return Caffe2Reader.Read(stream, source);
        }

        byte[] text = new byte[stream.Length];
        stream.ReadExactly(text);
        return ReadText(text, source);
    }

    private static Caffe2Net ReadText(byte[] text, string source)
    {
        using MemoryStream binary = new(Caffe2TextReader.ToBinary(text, source));
        return Caffe2Reader.Read(binary, source);
    }
}
