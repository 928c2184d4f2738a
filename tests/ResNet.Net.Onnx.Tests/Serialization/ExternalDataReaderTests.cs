using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx.Tests;

public sealed class ExternalDataReaderTests : IDisposable
{
    private static readonly float[] Values = [1, 2, 3, 4];

    private readonly TemporaryFolder _folder = new();

    private string ModelFolder => Path.GetDirectoryName(_folder["model", "x"])!;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_ExternalData_IsRejectedByDefault()
    {
        WriteWeights("weights.bin");
        string path = Save(("location", "weights.bin"));

        FluentActions.Invoking(() => OnnxModel.Load(path)).Should().Throw<OnnxModelException>()
            .WithMessage("*'w' stores its values in an external file*ReadFromModelFolder*");
        FluentActions.Invoking(() => OnnxModel.Parse(File.ReadAllBytes(path))).Should().Throw<OnnxModelException>()
            .WithMessage("*'w'*from memory*");
    }

    [Theory]
    [InlineData("weights.bin", 0)]
    [InlineData("./weights.bin", 0)]
    [InlineData("below/deeper/weights.bin", 0)]
    [InlineData("below\\weights.bin", 0)]
    [InlineData("weights.bin", 64)]
    public void Load_FileInModelFolder_IsReadIntoTheModel(string location, int offset)
    {
        WriteWeights(location.Replace('\\', '/'), offset);
        string path = Save(("location", location), ("offset", $"{offset}"), ("length", "16"), ("checksum", "any"));

        OnnxModel model = OnnxModel.Load(path, ExternalDataPolicy.ReadFromModelFolder);

        model.Graph.Initializers[0].ToArray<float>().Should().Equal(Values);
        model.Check().Should().BeEmpty();
        OnnxModel.Parse(model.ToArray()).Graph.Initializers[0].ToArray<float>().Should().Equal(Values);
    }

    [Fact]
    public void Load_ExternalDataInAttributeOrSubgraph_IsRejectedByDefault()
    {
        foreach (bool nested in (bool[])[false, true])
        {
            OnnxNode constant = new("Constant", [], ["c"], "holder");
            constant.Attributes.Set("value", External(("location", "absent.bin")));
            TestModel net = new TestModel(13).Input("x", 1).Output("c", 1).Node(nested ? NestedGraphs.If("x", "c", constant) : constant);
            string path = _folder["model", "attribute.onnx"];
            net.Model.Save(path);

            FluentActions.Invoking(() => OnnxModel.Load(path)).Should().Throw<OnnxModelException>()
                .WithMessage("*'w' stores its values in an external file*");
        }
    }

    [Theory]
    [InlineData("../outside.bin")]
    [InlineData("below/../../outside.bin")]
    [InlineData("..\\outside.bin")]
    [InlineData("below\\..\\..\\outside.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("\\\\server\\share\\outside.bin")]
    [InlineData("\\outside.bin")]
    [InlineData("C:\\outside.bin")]
    [InlineData("C:outside.bin")]
    [InlineData("c:/outside.bin")]
    [InlineData("file:///etc/hostname")]
    [InlineData("weights.bin:stream")]
    [InlineData("weights.bin\0.txt")]
    [InlineData("..")]
    [InlineData("")]
    public void Load_PathOutsideModelFolder_ThrowsWithTensorAndPath(string location)
    {
        WriteWeights("weights.bin");
        File.WriteAllBytes(_folder["outside.bin"], new byte[16]);
        Directory.CreateDirectory(Path.Combine(ModelFolder, "below"));
        string path = Save(("location", location));

        FluentActions.Invoking(() => OnnxModel.Load(path, ExternalDataPolicy.ReadFromModelFolder))
            .Should().Throw<OnnxModelException>().Which.Message.Should()
            .Contain($"'w' stores its values in '{location}', which").And.Contain("must be in the model's folder");
    }

    [Fact]
    public void Load_WithoutLocation_Throws()
        => FluentActions.Invoking(() => OnnxModel.Load(Save(("offset", "0")), ExternalDataPolicy.ReadFromModelFolder))
            .Should().Throw<OnnxModelException>().WithMessage("*names no file*");

    [Fact]
    public void Load_LinksOutOfModelFolder_Throw()
    {
        File.WriteAllBytes(_folder["elsewhere", "outside.bin"], new byte[16]);
        File.CreateSymbolicLink(Path.Combine(ModelFolder, "file.bin"), _folder["elsewhere", "outside.bin"]);
        Directory.CreateSymbolicLink(Path.Combine(ModelFolder, "folder"), _folder["elsewhere"]);
        Directory.CreateSymbolicLink(Path.Combine(ModelFolder, "relative"), Path.Combine("..", "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(ModelFolder, "chain.bin"), Path.Combine(ModelFolder, "file.bin"));
        foreach (string location in (string[])["file.bin", "folder/outside.bin", "relative/outside.bin", "chain.bin"])
        {
            string path = Save(("location", location));
            FluentActions.Invoking(() => OnnxModel.Load(path, ExternalDataPolicy.ReadFromModelFolder))
                .Should().Throw<OnnxModelException>(location).WithMessage($"*'{location}', which is a link that leads out*");
        }
    }

    [Fact]
    public void Load_LinksInsideModelFolder_AreFollowed()
    {
        WriteWeights("blobs/weights.bin");
        File.CreateSymbolicLink(Path.Combine(ModelFolder, "link.bin"), Path.Combine("blobs", "weights.bin"));
        Directory.CreateSymbolicLink(_folder["alias"], ModelFolder);
        Save(("location", "link.bin"));

        OnnxModel.Load(Path.Combine(_folder["alias"], "model.onnx"),
            ExternalDataPolicy.ReadFromModelFolder).Graph.Initializers[0].ToArray<float>().Should().Equal(Values);
    }

    [Fact]
    public void Load_LinkToItself_Throws()
    {
        File.CreateSymbolicLink(Path.Combine(ModelFolder, "loop.bin"), "loop.bin");

        FluentActions.Invoking(() => OnnxModel.Load(Save(("location", "loop.bin")), ExternalDataPolicy.ReadFromModelFolder))
            .Should().Throw<OnnxModelException>().WithMessage("*'loop.bin'*");
    }

    [Theory]
    [InlineData("4", "16")]
    [InlineData("20", "16")]
    [InlineData("0", "15")]
    [InlineData("0", "17")]
    [InlineData("0", "9223372036854775807")]
    [InlineData("9223372036854775807", "16")]
    [InlineData("8", null)]
    public void Load_FalseOffsetOrLength_ThrowsWithTheNumbers(string offset, string? length)
    {
        WriteWeights("weights.bin");
        string path = length is null ? Save(("location", "weights.bin"), ("offset", offset))
            : Save(("location", "weights.bin"), ("offset", offset), ("length", length));

        FluentActions.Invoking(() => OnnxModel.Load(path, ExternalDataPolicy.ReadFromModelFolder)).Should().Throw<OnnxModelException>()
            .WithMessage($"*'w' needs 16 bytes, but refers to *at offset {offset} of 'weights.bin', which has 16*");
    }

    [Theory]
    [InlineData("offset", "-1")]
    [InlineData("offset", "0x10")]
    [InlineData("length", "16.0")]
    [InlineData("length", "99999999999999999999")]
    [InlineData("length", "")]
    public void Load_InvalidOffsetOrLength_ThrowsWithTheValue(string key, string text)
    {
        WriteWeights("weights.bin");

        FluentActions.Invoking(() => OnnxModel.Load(Save(("location", "weights.bin"), (key, text)), ExternalDataPolicy.ReadFromModelFolder))
            .Should().Throw<OnnxModelException>().WithMessage($"*'w'*{key} '{text}'*not a non-negative integer*");
    }

    [Fact]
    public void Load_MissingFileOrFolder_Throws()
    {
        Directory.CreateDirectory(Path.Combine(ModelFolder, "folder"));
        foreach (string location in (string[])["absent.bin", "folder", "absent/absent.bin", "model.onnx/within"])
        {
            string path = Save(("location", location));
            FluentActions.Invoking(() => OnnxModel.Load(path, ExternalDataPolicy.ReadFromModelFolder))
                .Should().Throw<OnnxModelException>(location).WithMessage($"*'{location}', which cannot be read*");
        }
    }

    [Fact]
    public void Load_FalseShape_ThrowsWithTheSize()
    {
        WriteWeights("weights.bin");
        OnnxModel model = new(7, 13, "g");
        OnnxTensor tensor = External(("location", "weights.bin"));
        tensor.Proto.Dims[0] = 1L << 40;
        model.Graph.Initializers.Add(tensor);
        model.Save(_folder["model", "lie.onnx"]);

        FluentActions.Invoking(() => OnnxModel.Load(_folder["model", "lie.onnx"], ExternalDataPolicy.ReadFromModelFolder))
            .Should().Throw<OnnxModelException>().WithMessage("*needs 4398046511104 bytes*");
    }

    private void WriteWeights(string name, int offset = 0)
        => File.WriteAllBytes(_folder["model", name], [.. new byte[offset], .. Values.SelectMany(BitConverter.GetBytes)]);

    private string Save(params (string Key, string Value)[] entries)
    {
        OnnxModel model = new(7, 13, "g");
        model.Graph.Initializers.Add(External(entries));
        string path = _folder["model", "model.onnx"];
        model.Save(path);
        return path;
    }

    private static OnnxTensor External(params (string Key, string Value)[] entries)
    {
        OnnxTensor tensor = OnnxTensor.Create<float>("w", [4], Values);
        tensor.Proto.ClearRawData();
        tensor.Proto.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.Proto.ExternalData.Add(entries.Select(e => new StringStringEntryProto { Key = e.Key, Value = e.Value }));
        return tensor;
    }
}
