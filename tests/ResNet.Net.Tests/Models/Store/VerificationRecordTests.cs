namespace ResNet.Net.Tests;

public class VerificationRecordTests
{
    private static readonly VerificationRecord Example = new(new string('a', 64), new FileIdentity(123, "1:2:3.4"), new DateTimeOffset(2025, 7, 1, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Parse_WhatWasWritten_IsTheSame() => VerificationRecord.Parse(Example.ToString()).Should().Be(Example);

    [Fact]
    public void Parse_AnyCharacterChanged_IsRefused()
    {
        string text = Example.ToString();
        for (int i = 0; i < text.Length - 1; i++)
        {
            string changed = text[..i] + (text[i] == '1' ? '2' : '1') + text[(i + 1)..];
            VerificationRecord.Parse(changed).Should().BeNull(changed);
        }
    }

    [Fact]
    public void Parse_AnyLengthOfIt_IsRefused()
    {
        string text = Example.ToString().TrimEnd();
        for (int length = 0; length < text.Length; length++)
        {
            VerificationRecord.Parse(text[..length]).Should().BeNull();
        }
    }

    [Fact]
    public void Read_NoStampOrSomethingElse_GivesNull()
    {
        using TemporaryFolder folder = new();

        VerificationRecord.Read(folder["none"]).Should().BeNull();
        VerificationRecord.Read(folder.FullPath).Should().BeNull();
        VerificationRecord.Read(folder.Write("long", new string('x', 5000))).Should().BeNull();
        VerificationRecord.Read(folder.Write("binary", [0xFF, 0xFE, 0, 1])).Should().BeNull();
    }

    [Fact]
    public void TryWrite_ThenRead_GivesItAndLeavesNothingElse()
    {
        using TemporaryFolder folder = new();
        string path = folder["a", "x.stamp"];

        Example.TryWrite(path);
        Example.TryWrite(path);

        VerificationRecord.Read(path).Should().Be(Example);
        Directory.GetFiles(Path.GetDirectoryName(path)!).Should().Equal(path);
    }

    [Fact]
    public void TryWrite_WhereNothingCanBeWritten_DoesNothing()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("file", "x");

        Example.TryWrite(Path.Combine(file, "x.stamp"));

        Directory.GetFileSystemEntries(folder.FullPath).Should().Equal(file);
    }
}
