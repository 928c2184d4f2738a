using System.Text;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>
/// Writes text to the console without its control characters: file names, labels and metadata may contain sequences that move the cursor
/// or change the window.
/// </summary>
/// <param name="console">Returns the writer of the console, which is replaced when its encoding is set.</param>
internal sealed class PlainWriter(Func<TextWriter> console) : TextWriter
{
    public override Encoding Encoding => console().Encoding;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value) => console().Write(Terminal.Printable(value ?? ""));

    public override void WriteLine() => console().WriteLine();

    public override void WriteLine(string? value) => console().WriteLine(Terminal.Printable(value ?? ""));

    public override void Flush() => console().Flush();
}
