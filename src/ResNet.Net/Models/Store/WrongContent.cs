using System.Text;

namespace ResNet.Net;

/// <summary>Recognizes what servers and checkouts give in place of a model.</summary>
internal static class WrongContent
{
    /// <summary>How much of the beginning tells.</summary>
    public const int EnoughBytes = 512;

    /// <summary>Something to put behind "is the wrong file", empty when the beginning says nothing.</summary>
    public static string Name(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs.github.com/spec/"u8))
        {
            return ": it is a Git LFS pointer, which names the file, not the file itself (in a checkout, run: git lfs pull)";
        }

        ReadOnlySpan<byte> text = start.TrimStart("\uFEFF \t\r\n"u8);
        foreach (string tag in (ReadOnlySpan<string>)["<!doctype", "<html", "<head", "<body", "<?xml"])
        {
            if (text.Length >= tag.Length && Ascii.EqualsIgnoreCase(text[..tag.Length], tag))
            {
                return ": it is a web page (HTML or XML), as login pages, proxies and error pages are";
            }
        }

        return text.Length > 0 && text[0] is (byte)'{' or (byte)'[' && Ascii.IsValid(text) ? ": it is a JSON message" : "";
    }
}
