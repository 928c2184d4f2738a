using System.Text;

namespace ResNet.Net.Tests;

public class WrongContentTests
{
    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid", "LFS")]
    [InlineData("<!DOCTYPE html>", "HTML")]
    [InlineData("\r\n  <HTML lang=en>", "HTML")]
    [InlineData("\uFEFF<!doctype HTML>", "HTML")]
    [InlineData("<?xml version=\"1.0\"?><Error>", "XML")]
    [InlineData("{\"message\": \"no\"}", "JSON")]
    public void Name_WhatServersSendInstead_IsNamed(string text, string name) => WrongContent.Name(Encoding.UTF8.GetBytes(text)).Should().Contain(name);

    [Theory]
    [InlineData("")]
    [InlineData("version 2")]
    [InlineData("<")]
    [InlineData("plain text")]
    public void Name_AnythingElse_IsNot(string text) => WrongContent.Name(Encoding.UTF8.GetBytes(text)).Should().BeEmpty();

    [Fact]
    public void Name_BeginningsOfRealModels_AreNot()
    {
        // Field 1 (ir_version) as a varint, then the producer's name; and a text-like length that protobuf can have.
        WrongContent.Name([0x08, 0x03, 0x12, 0x05, (byte)'m', (byte)'x', (byte)'n', (byte)'e', (byte)'t']).Should().BeEmpty();
        WrongContent.Name([(byte)'{', 0xFF, 0x80]).Should().BeEmpty();
    }
}
