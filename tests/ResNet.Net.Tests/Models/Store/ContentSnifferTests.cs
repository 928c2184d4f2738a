using System.Text;

namespace ResNet.Net.Tests;

public class ContentSnifferTests
{
    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid", "LFS")]
    [InlineData("<!DOCTYPE html>", "HTML")]
    [InlineData("\r\n  <HTML lang=en>", "HTML")]
    [InlineData("\uFEFF<!doctype HTML>", "HTML")]
    [InlineData("<?xml version=\"1.0\"?><Error>", "XML")]
    [InlineData("{\"message\": \"no\"}", "JSON")]
    public void Describe_OtherContent_NamesIt(string text, string name)
        => ContentSniffer.Describe(Encoding.UTF8.GetBytes(text)).Should().Contain(name);

    [Theory]
    [InlineData("")]
    [InlineData("version 2")]
    [InlineData("<")]
    [InlineData("plain text")]
    public void Describe_UnknownContent_IsEmpty(string text)
        => ContentSniffer.Describe(Encoding.UTF8.GetBytes(text)).Should().BeEmpty();

    [Fact]
    public void Describe_StartOfAModel_IsEmpty()
    {
        // Field 1 (ir_version) as a varint and the name of the producer; and a length that looks like text.
        ContentSniffer.Describe([0x08, 0x03, 0x12, 0x05, .. "mxnet"u8]).Should().BeEmpty();
        ContentSniffer.Describe([(byte)'{', 0xFF, 0x80]).Should().BeEmpty();
    }
}
