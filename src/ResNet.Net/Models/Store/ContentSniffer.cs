using System.Text;

namespace ResNet.Net;

/// <summary>Recognizes content that servers and checkouts provide instead of a model.</summary>
internal static class ContentSniffer
{
    /// <summary>The number of bytes at the start of a file that suffice.</summary>
    public const int SampleBytes = 512;

    /// <summary>Returns a text to append to "is the wrong file"; empty if the content is not recognized.</summary>
    /// <param name="start">The start of the file.</param>
    public static string Describe(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs.github.com/spec/"u8))
        {
            return ": it is a Git LFS pointer, not the file itself (in a checkout, run: git lfs pull)";
        }

        ReadOnlySpan<byte> text = start.TrimStart("\uFEFF \t\r\n"u8);
        foreach (string tag in (ReadOnlySpan<string>)["<!doctype", "<html", "<head", "<body", "<?xml"])
        {
            if (text.Length >= tag.Length && Ascii.EqualsIgnoreCase(text[..tag.Length], tag))
            {
                return ": it is a web page (HTML or XML), such as a login or error page of a proxy";
            }
        }

        return text.Length > 0 && text[0] is (byte)'{' or (byte)'[' && Ascii.IsValid(text) ? ": it is a JSON message" : "";
    }
}
