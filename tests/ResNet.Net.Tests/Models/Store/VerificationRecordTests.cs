namespace ResNet.Net.Tests;

public class VerificationRecordTests
{
    private static readonly VerificationRecord Example = new(
        new string('a', 64), new FileIdentity(123, "1:2:3.4"), new DateTimeOffset(2025, 7, 1, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Parse_WrittenRecord_IsEqual() => VerificationRecord.Parse(Example.ToString()).Should().Be(Example);

    [Fact]
    public void Parse_AnyCharacterChanged_ReturnsNull()
    {
        string text = Example.ToString();
        for (int i = 0; i < text.Length - 1; i++)
        {
            string changed = text[..i] + (text[i] == '1' ? '2' : '1') + text[(i + 1)..];
            VerificationRecord.Parse(changed).Should().BeNull(changed);
        }
    }

    [Fact]
    public void Parse_Truncated_ReturnsNull()
    {
        string text = Example.ToString().TrimEnd();
        for (int length = 0; length < text.Length; length++)
        {
            VerificationRecord.Parse(text[..length]).Should().BeNull();
        }
    }

    [Fact]
    public void Read_MissingOrInvalidFile_ReturnsNull()
    {
        using TemporaryFolder folder = new();

        VerificationRecord.Read(folder["none"]).Should().BeNull();
        VerificationRecord.Read(folder.FullPath).Should().BeNull();
        VerificationRecord.Read(folder.Write("long", new string('x', 5000))).Should().BeNull();
        VerificationRecord.Read(folder.Write("binary", [0xFF, 0xFE, 0, 1])).Should().BeNull();
    }

    [Fact]
    public void TryWrite_ThenRead_IsEqualAndLeavesNoOtherFile()
    {
        using TemporaryFolder folder = new();
        string path = folder["a", "x.verified"];

        Example.TryWrite(path);
        Example.TryWrite(path);

        VerificationRecord.Read(path).Should().Be(Example);
        Directory.GetFiles(Path.GetDirectoryName(path)!).Should().Equal(path);
    }

    [Fact]
    public void TryWrite_NotWritable_DoesNothing()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("file", "x");

        Example.TryWrite(Path.Combine(file, "x.verified"));

        Directory.GetFileSystemEntries(folder.FullPath).Should().Equal(file);
    }
}
